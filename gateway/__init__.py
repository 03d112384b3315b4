"""The one door: the HTTP API for programs and the pages for people.

Owns: sessions and rate limits (in Redis), nothing durable.
Asks: every service, over `chassis.calls.aio`; opens no database and no broker connection.
Answers: documents under `/api/v1`, problem documents for every refusal, pages elsewhere.
Here alone codes become texts in the reader's language (`locale/`).
"""
