"""Hosts clients of Paho for Python; requests and answers are lines of JSON (see ScriptHost)."""

import json
import queue
import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCodes
from paho.mqtt.subscribeoptions import SubscribeOptions

PATIENCE = 10
output = threading.Lock()


def say(**line):
    with output:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def code(reason):
    """A reason code as a number, whatever form the library gives it."""
    return reason.value if hasattr(reason, "value") else reason


def publish_properties(packet_type, message):
    wanted = message["properties"]
    properties = Properties(packet_type)
    if wanted["userProperties"]:
        properties.UserProperty = [(p["name"], p["value"]) for p in wanted["userProperties"]]
    if wanted["expirySeconds"] is not None:
        properties.MessageExpiryInterval = wanted["expirySeconds"]
    if wanted["contentType"] is not None:
        properties.ContentType = wanted["contentType"]
    if wanted["responseTopic"] is not None:
        properties.ResponseTopic = wanted["responseTopic"]
    if wanted["correlationData"] is not None:
        properties.CorrelationData = wanted["correlationData"].encode()
    if wanted["utf8"] is not None:
        properties.PayloadFormatIndicator = 1 if wanted["utf8"] else 0
    if wanted["topicAlias"] is not None:
        properties.TopicAlias = wanted["topicAlias"]
    return properties


class Client:
    def __init__(self, number):
        self.number = number
        self.answers = queue.Queue()
        self.acknowledged = {}
        self.done = threading.Condition()
        self.closing = False

    def connect(self, arg):
        self.five = arg["level"] == 5
        session = {} if self.five else {"clean_session": arg["clean"]}
        self.client = mqtt.Client(
            arg["clientId"],
            protocol=arg["level"],
            transport="websockets" if arg["ws"] else "tcp",
            reconnect_on_failure=False,
            **session,
        )
        client = self.client
        client.on_connect = self.on_connect
        client.on_message = self.on_message
        client.on_disconnect = self.on_disconnect
        client.on_subscribe = lambda c, u, mid, codes, *rest: self.complete(mid, codes)
        client.on_unsubscribe = lambda c, u, mid, *rest: self.complete(mid, rest[1] if rest else 0)
        client.on_publish = lambda c, u, mid, *rest: self.complete(mid, 0)
        if arg["ws"]:
            client.ws_set_options(path=arg["path"])
        if arg["will"]:
            self.set_will(arg["will"])
        if self.five:
            properties = Properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = arg["sessionExpirySeconds"]
            client.connect(
                arg["host"], arg["port"], arg["keepAliveSeconds"], clean_start=arg["clean"], properties=properties
            )
        else:
            client.connect(arg["host"], arg["port"], arg["keepAliveSeconds"])
        client.loop_start()
        flags, reason, properties = self.answers.get(timeout=PATIENCE)
        if code(reason) != 0:
            raise RuntimeError("refused: %s" % reason)
        return {
            "sessionPresent": bool(flags["session present"]),
            "assignedClientId": getattr(properties, "AssignedClientIdentifier", None),
            "topicAliasMaximum": getattr(properties, "TopicAliasMaximum", None),
            "receiveMaximum": getattr(properties, "ReceiveMaximum", None),
        }

    def set_will(self, will):
        message = will["message"]
        properties = None
        if self.five:
            properties = publish_properties(PacketTypes.WILLMESSAGE, message)
            properties.WillDelayInterval = will["delaySeconds"]
        self.client.will_set(
            message["topic"], message["payload"], message["qos"], message["retain"], properties=properties
        )

    def on_connect(self, client, userdata, flags, reason, properties=None):
        self.answers.put((flags, reason, properties))

    def on_disconnect(self, client, userdata, reason, properties=None):
        if not self.closing:
            said = code(reason) if isinstance(reason, ReasonCodes) else None
            say(client=self.number, ended=said)

    def on_message(self, client, userdata, message):
        properties = getattr(message, "properties", None)
        correlation = getattr(properties, "CorrelationData", None)
        utf8 = getattr(properties, "PayloadFormatIndicator", None)
        say(
            client=self.number,
            message={
                "topic": message.topic,
                "payload": message.payload.decode(),
                "qos": message.qos,
                "retain": bool(message.retain),
                "properties": {
                    "userProperties": [
                        {"name": name, "value": value} for name, value in getattr(properties, "UserProperty", [])
                    ],
                    "expirySeconds": getattr(properties, "MessageExpiryInterval", None),
                    "contentType": getattr(properties, "ContentType", None),
                    "responseTopic": getattr(properties, "ResponseTopic", None),
                    "correlationData": None if correlation is None else correlation.decode(),
                    "utf8": None if utf8 is None else utf8 == 1,
                    "subscriptionIdentifiers": getattr(properties, "SubscriptionIdentifier", []),
                    "topicAlias": None,
                },
            },
        )

    def complete(self, mid, result):
        with self.done:
            self.acknowledged[mid] = result
            self.done.notify_all()

    def acknowledgement(self, mid):
        with self.done:
            if not self.done.wait_for(lambda: mid in self.acknowledged, PATIENCE):
                raise RuntimeError("no acknowledgement")
            return self.acknowledged.pop(mid)

    def subscribe(self, arg):
        if self.five:
            options = SubscribeOptions(
                arg["qos"], arg["noLocal"], arg["retainAsPublished"], arg["retainHandling"]
            )
            properties = Properties(PacketTypes.SUBSCRIBE)
            if arg["identifier"]:
                properties.SubscriptionIdentifier = arg["identifier"]
            result, mid = self.client.subscribe(arg["filter"], options=options, properties=properties)
        else:
            result, mid = self.client.subscribe(arg["filter"], arg["qos"])
        return code(self.acknowledgement(mid)[0])

    def unsubscribe(self, arg):
        result, mid = self.client.unsubscribe(arg)
        reasons = self.acknowledgement(mid)
        return code(reasons[0] if isinstance(reasons, list) else reasons)

    def publish(self, arg):
        properties = publish_properties(PacketTypes.PUBLISH, arg) if self.five else None
        info = self.client.publish(arg["topic"], arg["payload"], arg["qos"], arg["retain"], properties=properties)
        self.acknowledgement(info.mid)

    def disconnect(self, arg):
        self.closing = True
        if self.five:
            properties = Properties(PacketTypes.DISCONNECT)
            if arg.get("sessionExpirySeconds") is not None:
                properties.SessionExpiryInterval = arg["sessionExpirySeconds"]
            reason = ReasonCodes(PacketTypes.DISCONNECT, identifier=arg.get("reasonCode", 0))
            self.client.disconnect(reason, properties)
        else:
            self.client.disconnect()
        self.client.loop_stop()

    def close(self, arg):
        self.closing = True
        if self.client.is_connected():
            self.disconnect({})
        else:
            self.client.loop_stop()


def handle(clients, request):
    client = clients.setdefault(request["client"], Client(request["client"]))
    try:
        say(id=request["id"], ok=getattr(client, request["op"])(request["arg"]))
    except Exception as error:
        say(id=request["id"], error=repr(error))


def main():
    clients = {}
    for line in sys.stdin:
        # Requests of one test come one after another, but those of its threads may wait for each other.
        threading.Thread(target=handle, args=(clients, json.loads(line)), daemon=True).start()


main()
