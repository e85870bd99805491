"""What chargers and others have really sent, and what the edge makes of each.

A name, the frame as it came, and the head of the answer: [type, id] and a CALLERROR's code; None
where it is not answered. The numbers are those of docs and issues of open central systems.
"""

from __future__ import annotations

from typing import NamedTuple


class Hostile(NamedTuple):
    name: str
    frame: str | bytes
    # `[3, id]`, `[4, id, code]`, or None where nothing is answered.
    answer: list[str | int] | None


FORMATION, PROTOCOL, TYPE = "FormationViolation", "ProtocolError", "TypeConstraintViolation"
UNKNOWN = "NotImplemented"
STATUS = '{"connectorId":1,"errorCode":"NoError","status":"Available"}'

HOSTILE = [
    Hostile("Q13 an empty frame", "", None),
    Hostile("Q13 only blanks", " \r\n\t", None),
    Hostile("not JSON", "hello", [4, "-1", FORMATION]),
    Hostile("an object", '{"a":1}', [4, "-1", PROTOCOL]),
    Hostile("a number", "42", [4, "-1", PROTOCOL]),
    Hostile("a text", '"CALL"', [4, "-1", PROTOCOL]),
    Hostile("null", "null", [4, "-1", PROTOCOL]),
    Hostile("an empty array", "[]", [4, "-1", PROTOCOL]),
    Hostile("only a type", "[2]", [4, "-1", PROTOCOL]),
    Hostile("no action", '[2,"a1"]', [4, "a1", PROTOCOL]),
    Hostile("no payload", '[2,"a1","Heartbeat"]', [3, "a1"]),
    Hostile("one element too many", '[2,"a1","Heartbeat",{},{}]', [3, "a1"]),
    Hostile("a hundred elements", '[2,"a1","Heartbeat",{}' + ",0" * 100 + "]", [3, "a1"]),
    Hostile("Q17 payload null", '[2,"a1","Heartbeat",null]', [3, "a1"]),
    Hostile("payload is an empty array", '[2,"a1","Heartbeat",[]]', [3, "a1"]),
    Hostile("payload is an array", '[2,"a1","Heartbeat",[1]]', [4, "a1", TYPE]),
    Hostile("payload is a number", '[2,"a1","Heartbeat",7]', [4, "a1", TYPE]),
    Hostile("payload is a text", '[2,"a1","Heartbeat","x"]', [4, "a1", TYPE]),
    Hostile("action is a list", '[2,"a1",["Heartbeat"],{}]', [4, "a1", PROTOCOL]),
    Hostile("action is an object", '[2,"a1",{"a":1},{}]', [4, "a1", PROTOCOL]),
    Hostile("action is a number", '[2,"a1",5,{}]', [4, "a1", PROTOCOL]),
    Hostile("action is null", '[2,"a1",null,{}]', [4, "a1", PROTOCOL]),
    Hostile("action is unknown", '[2,"a1","Teleport",{}]', [4, "a1", UNKNOWN]),
    Hostile("action is empty", '[2,"a1","",{}]', [4, "a1", UNKNOWN]),
    Hostile("action has 9 000 letters", f'[2,"a1","{"A" * 9000}",{{}}]', [4, "a1", UNKNOWN]),
    Hostile("action walks a path", '[2,"a1","../Heartbeat",{}]', [4, "a1", UNKNOWN]),
    Hostile("action in small letters", '[2,"a1","heartbeat",{}]', [3, "a1"]),
    Hostile("an action of OCPP 2", '[2,"a1","NotifyEvent",{}]', [4, "a1", UNKNOWN]),
    Hostile("Q18 an empty id", '[2,"","Heartbeat",{}]', [3, ""]),
    Hostile("Q18 a numeric id", '[2,7,"Heartbeat",{}]', [3, 7]),
    Hostile("Q18 an id with a fraction", '[2,7.0,"Heartbeat",{}]', [3, 7]),
    Hostile("Q18 id null", '[2,null,"Heartbeat",{}]', [3, "-1"]),
    Hostile("id is an object", '[2,{"a":1},"Heartbeat",{}]', [3, "-1"]),
    Hostile("id is true", '[2,true,"Heartbeat",{}]', [3, "-1"]),
    Hostile("id of 10 000 letters", f'[2,"{"i" * 10000}","Heartbeat",{{}}]', [3, "i" * 10000]),
    Hostile("id with a quote", r'[2,"a\"1","Heartbeat",{}]', [3, 'a"1']),
    Hostile("type is text", '["2","a1","Heartbeat",{}]', [3, "a1"]),
    Hostile("type 9", '[9,"a1","Heartbeat",{}]', [4, "a1", PROTOCOL]),
    Hostile("type is true", '[true,"a1","Heartbeat",{}]', [4, "-1", PROTOCOL]),
    Hostile("type is negative", '[-2,"a1","Heartbeat",{}]', [4, "-1", PROTOCOL]),
    Hostile("C9 a SEND of OCPP 2.1", '[6,"a1","Heartbeat",{}]', [4, "a1", PROTOCOL]),
    Hostile("C9 a CALLRESULTERROR of OCPP 2.1", '[5,"a1","x","",{}]', None),
    Hostile("a result that nobody asked for", '[3,"a1",{}]', None),
    Hostile("a result without payload", '[3,"a1"]', None),
    Hostile("Q14 a truncated result", '[3,"a1",{"configurationKey":[]', None),
    Hostile("Q27 an error without anything", "[4]", None),
    Hostile("Q27 an error of its own", '[4,"a1","Oops",5,[]]', None),
    Hostile(
        "Q15 a value left out",
        '[2,"a1","StopTransaction",{"transactionId":,"meterStop":1}]',
        [4, "a1", FORMATION],
    ),
    Hostile("Q16 a leading comma", '[,2,"a1","Heartbeat",{}]', [4, "a1", FORMATION]),
    Hostile("truncated in the middle", '[2,"a1","StatusNotification",{"conn', [4, "a1", FORMATION]),
    Hostile("truncated in the id", '[2,"a', [4, "-1", FORMATION]),
    Hostile("two messages in one frame", '[2,"a1","Heartbeat",{}][2,"a2"]', [4, "a1", FORMATION]),
    Hostile("Q20 a key twice", '[2,"a1","Heartbeat",{"a":1,"a":2}]', [3, "a1"]),
    Hostile("Q21 NUL", r'[2,"a1","Authorize",{"idTag":"A\u0000B"}]', [3, "a1"]),
    Hostile("Q21 half a character", r'[2,"a1","Authorize",{"idTag":"\ud800"}]', [3, "a1"]),
    Hostile("Q21 NUL in a key", r'[2,"a1","Heartbeat",{"\u0000":1}]', [3, "a1"]),
    Hostile("Q21 NUL in the id", r'[2,"a\u0000","Heartbeat",{}]', [3, "a\ufffd"]),
    Hostile("Q21 not UTF-8, binary", b'[2,"a1","Authorize",{"idTag":"\xff\xfe"}]', [3, "a1"]),
    Hostile("binary", b'[2,"a1","Heartbeat",{}]', [3, "a1"]),
    Hostile("UTF-16", '[2,"a1","Heartbeat",{}]'.encode("utf-16"), [4, "-1", FORMATION]),
    Hostile("random bytes", bytes(range(256)), [4, "-1", FORMATION]),
    Hostile("a byte order mark", '\ufeff[2,"a1","Heartbeat",{}]', [3, "a1"]),
    Hostile(
        "a control character inside a text",
        '[2,"a1","StatusNotification",{"connectorId":1,"errorCode":"a\x01b","status":"Faulted"}]',
        [3, "a1"],
    ),
    Hostile("Q22 over several lines", '[\r\n  2,\n "a1",\n "Heartbeat",\n {\n }\n]\n', [3, "a1"]),
    Hostile("Q23 deep arrays", "[" * 60_000, [4, "-1", FORMATION]),
    Hostile(
        "Q23 deep objects",
        '[2,"a1","Heartbeat",' + '{"a":' * 3000 + "1" + "}" * 3000 + "]",
        [4, "a1", FORMATION],
    ),
    Hostile("Q23 20 deep", f'[2,"a1","Heartbeat",{"[" * 20}{"]" * 20}]', [4, "a1", FORMATION]),
    Hostile(
        "Q23 10 000 values",
        f'[2,"a1","Heartbeat",{{"a":[{",".join("1" * 10000)}]}}]',
        [4, "a1", FORMATION],
    ),
    Hostile("Q23 5 000 digits", f'[2,"a1","Heartbeat",{{"a":{"9" * 5000}}}]', [3, "a1"]),
    Hostile("Q23 more than 64 bits", '[2,"a1","Heartbeat",{"a":9223372036854775808}]', [3, "a1"]),
    Hostile("5 000 digits as the id", f'[2,{"9" * 5000},"Heartbeat",{{}}]', [3, "-1"]),
    Hostile("C2 not a number", '[2,"a1","Heartbeat",{"a":NaN,"b":-Infinity}]', [3, "a1"]),
    Hostile("C2 1e999", '[2,"a1","Heartbeat",{"a":1e999}]', [3, "a1"]),
    Hostile("an unknown extra property", '[2,"a1","Heartbeat",{"__proto__":{}}]', [3, "a1"]),
    Hostile("nothing of what is needed", '[2,"a1","StatusNotification",{}]', [3, "a1"]),
    Hostile("everything null", '[2,"a1","StartTransaction",{"idTag":null}]', [3, "a1"]),
    Hostile("a log line inside", '[2,"a1","Authorize",{"idTag":"a\\nERROR b"}]', [3, "a1"]),
]
