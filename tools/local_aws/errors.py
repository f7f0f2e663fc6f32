"""Errors in the form the AWS SDKs expect of each protocol."""

import json
from uuid import uuid4
from xml.sax.saxutils import escape

from local_aws.asgi import Answer, answer

RDS_NAMESPACE = "http://rds.amazonaws.com/doc/2014-10-31/"
_SERVER_ERROR = 500


def error(protocol: str, status: int, code: str, message: str) -> Answer:
    """Build the answer that says a call failed."""
    request_id = str(uuid4())
    if protocol == "query":
        sender = "Receiver" if status >= _SERVER_ERROR else "Sender"
        body = (
            f'<ErrorResponse xmlns="{RDS_NAMESPACE}"><Error><Type>{sender}</Type>'
            f"<Code>{code}</Code><Message>{escape(message)}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return answer(status, body.encode(), "text/xml", x_amzn_requestid=request_id)
    body = json.dumps({"__type": code, "message": message})
    headers = {"x_amzn_requestid": request_id, "x_amzn_errortype": code}
    return answer(status, body.encode(), "application/x-amz-json-1.1", **headers)
