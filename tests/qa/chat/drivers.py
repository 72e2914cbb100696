"""How each platform delivers a message, and where what it is sent back can be seen: one driver for each."""

import hashlib
import hmac
import html
import json
import re
import time
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from microsoft_agents.hosting.core.authorization import JwtTokenValidator

from qa.chat import teams

SIGNING = "signing secret"


class Slack:
    name = "slack"
    path = "/slack/events"
    old = 301  # seconds after which a timestamp is too old
    refused = 401

    def settings(self, url):
        return {"slack_bot_token": "xoxb-secret", "slack_signing_secret": SIGNING, "slack_url": f"{url}/api/"}

    def reply(self, path, body):
        known = {"ok": True, "team_id": "T1", "user_id": "UBOT", "bot_id": "BBOT", "team": "t", "url": "https://t.example/"}
        return known | {"channel": "C1", "ts": "99.1"}

    def question(self, text, number=1, *, shared=False, own=False):
        kind = {"type": "app_mention", "channel_type": "channel"} if shared else {"type": "message", "channel_type": "im"}
        words = f"<@UBOT> {text}" if shared else text
        event = kind | {"channel": "C1" if shared else "D1", "user": "U1", "text": words, "ts": f"{number}.1", "team": "T1"}
        if own:
            event |= {"bot_id": "BOTHER"}
        return {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": f"Ev{number}", "event": event}

    def send(self, client, delivery, *, secret=SIGNING, ago=0):
        kind = "application/json"
        raw = delivery if isinstance(delivery, bytes) else json.dumps(delivery).encode()
        if raw is delivery:
            pass
        elif "event" not in delivery and "challenge" not in delivery:
            form = {"payload": json.dumps(delivery)} if delivery.get("type") == "block_actions" else delivery
            raw, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        return client.post(self.path, content=raw, headers={"content-type": kind, **self.signed(raw, secret, ago)})

    def signed(self, raw, secret, ago):
        at = str(int(time.time()) - ago)
        signature = hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + raw, hashlib.sha256).hexdigest()
        return {"x-slack-request-timestamp": at, "x-slack-signature": f"v0={signature}"}

    def shown(self, platform, count=1):
        return [call.body for call in platform.wait("/chat.update", count=count)]

    def sent(self, platform):
        return platform.to("/chat.update", "/chat.postMessage")

    def words(self, body):
        """What the reader sees."""
        return texts_of(_parsed(body).get("blocks") or body["text"])

    def check_harmless(self, body):
        assert "<!channel>" not in body["text"]
        assert "&lt;!channel&gt;" in body["text"]
        kinds = [block["text"]["type"] for block in _parsed(body)["blocks"] if block["type"] == "section"]
        assert kinds
        assert set(kinds) == {"plain_text"}
        assert '"mrkdwn"' not in json.dumps(_parsed(body))

    def press(self, body, thumb, platform, number=1):
        [actions] = [block for block in _parsed(body)["blocks"] if block["type"] == "actions"]
        [value] = [button["value"] for button in actions["elements"] if button["action_id"] == thumb]
        action = {"type": "button", "action_id": thumb, "value": value, "block_id": "b", "action_ts": "1.1"}
        who = {"user": {"id": "U1", "team_id": "T1"}, "team": {"id": "T1"}, "trigger_id": f"trigger{number}"}
        return {"type": "block_actions", "actions": [action], "response_url": f"{platform.url}/respond", **who}


def _parsed(body):
    blocks = body.get("blocks")
    return body | {"blocks": json.loads(blocks) if isinstance(blocks, str) else blocks}


def texts_of(value):
    """Every text in a message."""
    if isinstance(value, dict):
        return "\n".join(texts_of(one) for key, one in value.items() if key not in ("type", "action_id", "value", "custom_id"))
    if isinstance(value, list):
        return "\n".join(texts_of(one) for one in value)
    return value if isinstance(value, str) else ""


class Telegram:
    name = "telegram"
    path = "/telegram/webhook"
    old = 24 * 3600 + 60
    refused = 401

    def settings(self, url):
        return {"telegram_token": "1:secret", "telegram_secret": SIGNING.replace(" ", "-"), "telegram_url": url}

    def reply(self, path, body):
        bot = {"id": 1, "is_bot": True, "first_name": "d", "username": "DalilBot"}
        if path.endswith("getMe"):
            return {"ok": True, "result": bot}
        if path.endswith("sendMessage"):
            chat = {"id": int(body["chat_id"]), "type": "private"}
            return {"ok": True, "result": {"message_id": 99, "date": 1, "chat": chat, "from": bot, "text": "."}}
        return {"ok": True, "result": True}

    def question(self, text, number=1, *, shared=False, own=False):
        chat = {"id": -100, "type": "supergroup", "title": "g"} if shared else {"id": 7, "type": "private", "first_name": "s"}
        who = {"id": 7, "is_bot": own, "first_name": "s"}
        written = {"message_id": number, "date": int(time.time()), "chat": chat, "from": who}
        mention = [{"type": "mention", "offset": 0, "length": 9}] if shared else []
        written |= {"text": f"@dalilBOT {text}" if shared else text, "entities": mention}
        return {"update_id": number, "message": written}

    def send(self, client, delivery, *, secret=SIGNING, ago=0):
        if ago:
            delivery = delivery | {"message": delivery["message"] | {"date": int(time.time()) - ago}}
        raw = delivery if isinstance(delivery, bytes) else json.dumps(delivery).encode()
        token = {"x-telegram-bot-api-secret-token": secret.replace(" ", "-")}
        return client.post(self.path, content=raw, headers={"content-type": "application/json", **token})

    def shown(self, platform, count=1):
        return [call.body for call in platform.wait("/sendMessage", count=count)]

    def sent(self, platform):
        return platform.to("/sendMessage")

    def words(self, body):
        return html.unescape(re.sub(r"</?(?:b|blockquote|a)\b(?: expandable)?(?: href=\"([^\"]*)\")?>", r"\1", body["text"]))

    def check_harmless(self, body):
        assert body["parse_mode"] == "HTML"
        assert set(re.findall(r"<(\w+)", body["text"])) == {"b", "blockquote", "a"}
        assert "<b>x</b>" not in body["text"]
        assert re.findall(r'href="([^"]*)"', body["text"]) == ["https://example.org/a?b=1&amp;c=2"]

    def press(self, body, thumb, platform, number=1):
        [buttons] = json.loads(body["reply_markup"])["inline_keyboard"]
        [data] = [one["callback_data"] for one in buttons if one["callback_data"].startswith(thumb)]
        who = {"id": 7, "is_bot": False, "first_name": "s"}
        return {"update_id": 100 + number, "callback_query": {"id": "q", "from": who, "chat_instance": "c", "data": data}}


class Discord:
    name = "discord"
    path = "/discord/interactions"
    old = 301
    refused = 401
    key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)

    def settings(self, url):
        return {"discord_public_key": self.key.public_key().public_bytes_raw().hex(), "discord_url": f"{url}/api/"}

    def reply(self, path, body):
        return {"id": "42"}

    def question(self, text, number=1, *, shared=False, own=False):
        user = {"id": "7", "username": "s", "bot": own}
        who = {"guild_id": "9", "member": {"user": user}} if shared else {"user": user}
        option = {"name": "question", "type": 3, "value": text}
        data = {"id": "3", "name": "ask", "type": 1, "options": [option]}
        return {"id": str(number), "application_id": "42", "type": 2, "token": "tok-en", "channel_id": "5", "data": data} | who

    def send(self, client, delivery, *, secret=SIGNING, ago=0):
        raw = delivery if isinstance(delivery, bytes) else json.dumps(delivery).encode()
        at = str(int(time.time()) - ago)
        key = self.key if secret == SIGNING else Ed25519PrivateKey.generate()
        signed = {"x-signature-ed25519": key.sign(at.encode() + raw).hex(), "x-signature-timestamp": at}
        return client.post(self.path, content=raw, headers={"content-type": "application/json", **signed})

    def shown(self, platform, count=1):
        return [call.body for call in platform.wait("/webhooks/42/tok-en/messages/@original", count=count, method="PATCH")]

    def sent(self, platform):
        return platform.to("/messages/@original", "/webhooks/42/tok-en")

    def words(self, body):
        return re.sub(r"\\(\W)", r"\1", texts_of({key: body.get(key) for key in ("content", "embeds")}))

    def check_harmless(self, body):
        assert body["allowed_mentions"] == {"parse": []}
        for text in [text for embed in body["embeds"] for text in (embed["description"], embed.get("title", ""))]:
            assert not re.search(r"(?<!\\)[*_~`|<@\[\]()]", text.removeprefix("> "))

    def press(self, body, thumb, platform, number=1):
        [row] = body["components"]
        [chosen] = [one["custom_id"] for one in row["components"] if one["custom_id"].startswith(thumb)]
        who = {"member": {"user": {"id": "7", "username": "s"}}, "guild_id": "9"}
        return {"id": str(100 + number), "type": 3, "data": {"custom_id": chosen, "component_type": 2}, "token": "t"} | who


class Teams:
    name = "teams"
    path = "/teams/messages"
    old = 3600 + 301
    refused = 401
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    card = "application/vnd.microsoft.card.adaptive"

    def settings(self, url):
        self.url = url
        return {"teams_client_id": "app", "teams_tenant_id": "tenant", "teams_client_secret": SIGNING}

    def prepare(self, monkeypatch):
        """Microsoft's keys, its tokens and its hosts are ours here; the checks are the SDK's."""

        async def key(*_):
            return self.key.public_key()

        async def token(*_, **__):
            return "token"

        class Hosts(teams.OutboundHostValidator):
            def is_allowed(self, url):
                return super().is_allowed(url.replace("http://127.0.0.1", "https://smba.trafficmanager.net"))

        monkeypatch.setattr(JwtTokenValidator._jwk_client_manager, "get_signing_key", key)
        monkeypatch.setattr(teams.MsalAuth, "get_access_token", token)
        monkeypatch.setattr(teams, "OutboundHostValidator", Hosts)

    def reply(self, path, body):
        return {"id": "99"}

    def question(self, text, number=1, *, shared=False, own=False):
        chat = {"id": "19:g;messageid=1" if shared else "a:1", "isGroup": shared}
        who = {"id": "29:s", "name": "s", "role": "bot" if own else "user"}
        ends = {"conversation": chat, "from": who, "recipient": {"id": "28:app", "name": "d"}}
        known = {"type": "message", "id": str(number), "channelId": "msteams", "serviceUrl": f"{self.url}/teams/"}
        return known | ends | {"text": f"<at>Dalil</at> {text}" if shared else text}

    def token(self, key, ago=0, **changed):
        now = int(time.time()) - ago
        claims = {"iss": "https://api.botframework.com", "aud": "app", "serviceurl": f"{self.url}/teams/"}
        claims |= {"nbf": now, "exp": now + 3600} | changed
        return jwt.encode({name: value for name, value in claims.items() if value}, key, "RS256", headers={"kid": "k"})

    def send(self, client, delivery, *, secret=SIGNING, ago=0, **changed):
        raw = delivery if isinstance(delivery, bytes) else json.dumps(delivery).encode()
        key = self.key if secret == SIGNING else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        signed = {"authorization": f"Bearer {self.token(key, ago, **changed)}"}
        return client.post(self.path, content=raw, headers={"content-type": "application/json", **signed})

    def sent(self, platform):
        return [call for call in platform.calls if (call.body or {}).get("type") == "message"]

    def shown(self, platform, count=1):
        with platform.arrived:
            assert platform.arrived.wait_for(lambda: len(self.sent(platform)) >= count, 20)
        return [call.body for call in self.sent(platform)]

    def words(self, body):
        return texts_of([body.get("text"), *(one["content"] for one in body.get("attachments") or ())])

    def check_harmless(self, body):
        [attached] = body["attachments"]
        assert attached["contentType"] == self.card
        kinds = set(re.findall(r'"type": "(\w+)"', json.dumps(attached["content"])))
        assert kinds == {"AdaptiveCard", "RichTextBlock", "TextRun", "Container"}

    def press(self, body, thumb, platform, number=1):
        [data] = [one["data"] for one in body["attachments"][0]["content"]["actions"] if one["data"]["thumb"] == thumb]
        pressed = self.question("", 100 + number)
        return {name: value for name, value in pressed.items() if name != "text"} | {"value": data}


DRIVERS = [Slack(), Telegram(), Discord(), Teams()]
