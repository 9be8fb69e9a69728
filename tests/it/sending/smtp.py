"""A real mail server on a free port of this machine: prints its port, then each mail that it took
as a line of JSON, read by Python's own mail parser. Ends when its standard input does.

A recipient that begins with "later" is put off, one that begins with "never" is refused.
"""

import asyncio
import base64
import json
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP


class Keeper:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("later"):
            return "451 4.3.0 try later"
        if address.startswith("never"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        parts = []
        for part in message.walk():
            if part.is_multipart():
                continue
            content = part.get_content()
            if isinstance(content, bytes):
                content = base64.b64encode(content).decode()
            parts.append({"kind": part.get_content_type(), "id": part["Content-ID"], "content": content})
        headers = {name.lower(): str(value) for name, value in message.items()}
        mail = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "headers": headers, "parts": parts}
        print(json.dumps(mail), flush=True)
        return "250 OK"


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Keeper()), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
