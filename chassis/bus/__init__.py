"""Events over RabbitMQ: the message is a hint, the journal is the truth; docs/adr/0004-bus.md."""
