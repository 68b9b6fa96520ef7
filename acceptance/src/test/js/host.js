// Hosts clients of MQTT.js; requests and answers are lines of JSON (see ScriptHost).
import mqtt from "mqtt";
import { createInterface } from "node:readline";

const PATIENCE_MILLISECONDS = 10_000;

const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");

// Only what is wanted: MQTT.js writes a property that is null.
const present = (properties) =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null && value !== undefined));

function publishProperties(message) {
  const wanted = message.properties;
  const userProperties = {};
  for (const { name, value } of wanted.userProperties) {
    userProperties[name] = name in userProperties ? [userProperties[name], value].flat() : value;
  }
  return present({
    userProperties: wanted.userProperties.length ? userProperties : null,
    messageExpiryInterval: wanted.expirySeconds,
    contentType: wanted.contentType,
    responseTopic: wanted.responseTopic,
    correlationData: wanted.correlationData === null ? null : Buffer.from(wanted.correlationData),
    payloadFormatIndicator: wanted.utf8,
    topicAlias: wanted.topicAlias,
  });
}

function received(topic, payload, packet) {
  const properties = packet.properties ?? {};
  return {
    topic,
    payload: payload.toString(),
    qos: packet.qos,
    retain: packet.retain,
    properties: {
      userProperties: Object.entries(properties.userProperties ?? {}).flatMap(([name, values]) =>
        [values].flat().map((value) => ({ name, value })),
      ),
      expirySeconds: properties.messageExpiryInterval ?? null,
      contentType: properties.contentType ?? null,
      responseTopic: properties.responseTopic ?? null,
      correlationData: properties.correlationData?.toString() ?? null,
      utf8: properties.payloadFormatIndicator ?? null,
      subscriptionIdentifiers: [properties.subscriptionIdentifier ?? []].flat(),
      topicAlias: null,
    },
  };
}

class Client {
  constructor(number) {
    this.number = number;
    this.closing = false;
    this.reason = null;
  }

  connect(arg) {
    this.five = arg.level === 5;
    const client = mqtt.connect({
      protocol: arg.ws ? "ws" : "mqtt",
      host: arg.host,
      port: arg.port,
      path: arg.path,
      protocolVersion: arg.level,
      protocolId: arg.level === 3 ? "MQIsdp" : "MQTT",
      keepalive: arg.keepAliveSeconds,
      clientId: arg.clientId,
      clean: arg.clean,
      reconnectPeriod: 0,
      connectTimeout: PATIENCE_MILLISECONDS,
      resubscribe: false,
      ...(this.five && {
        properties: { sessionExpiryInterval: arg.sessionExpirySeconds, topicAliasMaximum: arg.topicAliasMaximum },
      }),
      ...(arg.will && { will: this.will(arg.will) }),
    });
    this.client = client;
    client.on("message", (topic, payload, packet) =>
      say({ client: this.number, message: received(topic, payload, packet) }),
    );
    client.on("disconnect", (packet) => (this.reason = packet.reasonCode ?? 0));
    client.on("close", () => this.closing || say({ client: this.number, ended: this.reason }));
    return new Promise((resolve, reject) => {
      client.on("error", (error) => {
        this.closing = true;
        reject(error);
      });
      client.on("connect", (packet) =>
        resolve({
          sessionPresent: packet.sessionPresent,
          assignedClientId: packet.properties?.assignedClientIdentifier ?? null,
          topicAliasMaximum: packet.properties?.topicAliasMaximum ?? null,
          receiveMaximum: packet.properties?.receiveMaximum ?? null,
        }),
      );
    });
  }

  will({ message, delaySeconds }) {
    return {
      topic: message.topic,
      payload: message.payload,
      qos: message.qos,
      retain: message.retain,
      ...(this.five && { properties: { willDelayInterval: delaySeconds, ...publishProperties(message) } }),
    };
  }

  async subscribe(arg) {
    const options = this.five
      ? {
          qos: arg.qos,
          nl: arg.noLocal,
          rap: arg.retainAsPublished,
          rh: arg.retainHandling,
          ...(arg.identifier && { properties: { subscriptionIdentifier: arg.identifier } }),
        }
      : { qos: arg.qos };
    const granted = await this.client.subscribeAsync(arg.filter, options);
    return granted[0].qos;
  }

  async unsubscribe(arg) {
    const packet = await this.client.unsubscribeAsync(arg);
    return packet?.granted?.[0] ?? 0;
  }

  async publish(arg) {
    const options = { qos: arg.qos, retain: arg.retain };
    if (this.five) {
      options.properties = publishProperties(arg);
    }
    await this.client.publishAsync(arg.topic, arg.payload, options);
    return null;
  }

  async disconnect(arg) {
    this.closing = true;
    const options = this.five
      ? { reasonCode: arg.reasonCode, properties: present({ sessionExpiryInterval: arg.sessionExpirySeconds }) }
      : {};
    await this.client.endAsync(false, options);
    return null;
  }

  async close() {
    this.closing = true;
    if (this.client) {
      await this.client.endAsync(!this.client.connected);
    }
    return null;
  }
}

const clients = new Map();

async function handle({ id, client: number, op, arg }) {
  if (!clients.has(number)) {
    clients.set(number, new Client(number));
  }
  try {
    say({ id, ok: (await clients.get(number)[op](arg)) ?? null });
  } catch (error) {
    say({ id, error: String(error?.stack ?? error) });
  }
}

createInterface({ input: process.stdin })
  .on("line", (line) => handle(JSON.parse(line)))
  .on("close", () => process.exit(0));
