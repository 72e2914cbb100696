"""Inputs that once broke something, as the fuzzer or a person found them: each stays mended."""

FOUND: dict[str, list[bytes]] = {
    "address": [b"http://xn--0.example/", "http://[::1%25\u3002]/".encode()],
    "body": [rb'{"input": "\ud800"}'],
    "dataset": [b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xff\xff\xff", b'{"question": ' + b"1" * 5000 + b"}"],
    "docx": [b"<w/>", b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'],
    "feed": [b""],
    "grounding": ["ـ\ufffd\x1e1,500\x1eThe U.S. said,\ufffd\ufffd".encode(), "ـ\x1eأعلنت الـوزارة".encode()],
    "stream": [b"\x00<claim <![[{text><ebt/xt></", b"\x08<claim <![x[ y ]]></claim>"],
}
