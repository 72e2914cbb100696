"""How each platform delivers a message, and where what it is sent back can be seen: one driver for each."""

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

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


DRIVERS = [Slack()]
