"""The local mail server keeps what it gets, and fails when told to."""

import smtplib
import socket
from email.message import EmailMessage

import pytest

from deploy.local.ports import HOST


def a_mail(to: str = "sara@example.org", subject: str = "درخواست شما ثبت شد") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Peygir <desk@example.org>"
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = "<n-1@example.org>"
    mail.set_content("کد پیگیری: 1234-5678-9012")
    return mail


@pytest.fixture
def smtp(mail_sink, mail_ports):
    with smtplib.SMTP(HOST, mail_ports["smtp"], timeout=10) as connection:
        yield connection


def test_a_mail_is_listed_readably(smtp, mail_sink):
    smtp.send_message(a_mail())

    (kept,) = mail_sink.get("/messages").json
    assert kept["message_id"] == "<n-1@example.org>"
    assert kept["from"] == "desk@example.org"
    assert kept["to"] == ["sara@example.org"]
    assert kept["subject"] == "درخواست شما ثبت شد"
    assert kept["text"].strip() == "کد پیگیری: 1234-5678-9012"
    assert kept["headers"]["from"] == "Peygir <desk@example.org>"
    assert kept["received_at"].endswith("+00:00")


def test_mails_are_found_by_recipient(smtp, mail_sink):
    smtp.send_message(a_mail(to="sara@example.org"))
    smtp.send_message(a_mail(to="omid@example.org"))

    assert len(mail_sink.get("/messages?to=Omid@example.org").json) == 1
    assert mail_sink.get("/count").json == {"received": 2}


def test_the_newest_mails_are_listed_and_the_ids_of_all(smtp, mail_sink):
    for number in range(1001):
        smtp.send_message(a_mail(subject=f"mail {number}"))

    listed = mail_sink.get("/messages").json
    assert len(listed) == 1000
    assert listed[-1]["subject"] == "mail 1000"
    assert mail_sink.get("/message-ids").json == ["<n-1@example.org>"] * 1001


def test_forgotten_mails_are_gone(smtp, mail_sink):
    smtp.send_message(a_mail())

    mail_sink.delete("/messages").expect(204)

    assert mail_sink.get("/messages").json == []


@pytest.mark.parametrize("status", [451, 554])
def test_told_to_refuse_once_it_takes_the_next(smtp, mail_sink, status):
    mail_sink.put("/behaviour", {"status": status, "times": 1}).expect(200)

    with pytest.raises(smtplib.SMTPDataError) as refusal:
        smtp.send_message(a_mail())
    smtp.send_message(a_mail())

    assert refusal.value.smtp_code == status
    assert mail_sink.get("/count").json == {"received": 1}


def test_lines_that_begin_with_a_dot_come_through(smtp, mail_sink):
    mail = a_mail()
    mail.set_content("one\n.\n..two\nthree")

    smtp.send_message(mail)

    assert mail_sink.get("/messages").json[0]["text"].splitlines() == ["one", ".", "..two", "three"]


def test_many_mails_may_come_in_one_packet(mail_ports, mail_sink):
    one = b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\nSubject: x\r\n\r\nhello\r\n.\r\n"

    with socket.create_connection((HOST, mail_ports["smtp"]), timeout=10) as connection:
        connection.sendall(b"EHLO tests\r\n" + one * 20 + b"QUIT\r\n")
        while connection.recv(4096):
            pass

    assert mail_sink.get("/count").json == {"received": 20}


@pytest.mark.parametrize(
    ("commands", "status"),
    [
        (["RCPT TO:<d@e.f>"], 503),
        (["MAIL FROM:<a@b.c>", "DATA"], 503),
        (["MAIL TO:<a@b.c>"], 501),
        (["MAIL FROM:<a@b.c>", "RCPT nobody"], 501),
        (["HAVE A LOOK"], 500),
    ],
)
def test_commands_out_of_order_or_form_are_refused(smtp, commands, status):
    codes = [smtp.docmd(command)[0] for command in commands]

    assert codes[-1] == status


def test_a_line_without_end_ends_the_connection(mail_ports, mail_sink):
    with socket.create_connection((HOST, mail_ports["smtp"]), timeout=10) as connection:
        connection.sendall(b"x" * 10_000)
        received = b""
        while chunk := connection.recv(4096):
            received += chunk

    assert b"500 line too long" in received
