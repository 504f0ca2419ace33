// The desk's telephone: Twilio's Voice SDK behind the few words that the desk knows.
// callcenter/static/callcenter/desk-line.js has the same words without Twilio.

// Twilio's codes of errors (its reference "Error and warning dictionary").
const OF_TOKEN = [20101, 20102, 20103, 20104, 20151, 20157, 31202, 31204, 31205, 31207];
const OF_NETWORK = [31000, 31003, 31005, 31009, 53000, 53001, 53405];
const MS_TO_REGISTER = 15_000;
const SOUNDS = [
  "disconnect",
  "incoming",
  "outgoing",
  ...[..."0123456789hs"].map((key) => `dtmf${key}`),
];

// Why the microphone cannot be had, as a key of the desk's texts; empty if it can.
export async function problemOfMicrophone() {
  if (!navigator.mediaDevices) return "insecure";
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
    return "";
  } catch (error) {
    if (error.name === "NotFoundError") return "no_device";
    return error.name === "NotReadableError" ? "busy_device" : "no_microphone";
  }
}

function troubleOf(error) {
  if (OF_TOKEN.includes(error.code)) return ["token"];
  if (OF_NETWORK.includes(error.code)) return ["network"];
  if (error.code === 31401) return ["no_microphone"];
  if (error.code === 31402) return ["no_device"];
  return ["twilio", error.code];
}

class Leg {
  constructor(call, { accepted, ended, trouble }) {
    this.call = call;
    this.isUp = true;
    const end = () => {
      if (!this.isUp) return;
      this.isUp = false;
      ended(this);
    };
    call.on("accept", accepted);
    call.on("disconnect", end);
    call.on("cancel", end);
    call.on("reject", end);
    call.on("error", (error) => {
      trouble(...troubleOf(error));
      if (call.status() === "closed") end();
    });
    call.on("reconnecting", () => trouble("network"));
    call.on("reconnected", () => trouble("back"));
  }

  get sid() {
    return this.call.parameters?.CallSid ?? "";
  }

  press(digits) {
    this.call.sendDigits(digits);
  }

  mute(isMuted) {
    this.call.mute(isMuted);
  }

  hangUp() {
    this.call.disconnect();
  }
}

// The SDK itself tries for ever; here the first error counts, or a long silence.
function registered(device) {
  return new Promise((done, failed) => {
    device.once("registered", done);
    device.once("error", failed);
    window.setTimeout(() => failed({ code: OF_NETWORK[0] }), MS_TO_REGISTER);
    device.register().catch(failed);
  });
}

// Opens the line with a token. `ask` gives a new token before the old one ends, and
// `trouble` is told a key of the desk's texts when something is wrong.
export async function open({ token, ask, trouble, data }) {
  if (!window.Twilio) throw new Error("no_sdk");
  const device = new window.Twilio.Device(token, {
    // Without these it would load sounds, and send statistics, to outside.
    sounds: Object.fromEntries(SOUNDS.map((name) => [name, data.silence])),
    publishEvents: false,
    // The page asks by itself, and not while one waits for a caller.
    closeProtection: false,
    tokenRefreshMs: 60_000,
    maxCallSignalingTimeoutMs: 30_000,
    edge: data.edge || "roaming",
  });
  device.on("error", (error) => trouble(...troubleOf(error)));
  device.on("registered", () => trouble("back"));
  device.on("incoming", (call) => call.reject());
  device.on("tokenWillExpire", async () => {
    try {
      device.updateToken(await ask());
    } catch {
      trouble("token");
    }
  });
  try {
    await registered(device);
  } catch (error) {
    device.destroy();
    const [key, code] = troubleOf(error);
    trouble(key, code);
    throw new Error(key === "twilio" ? "trouble" : key);
  }
  return {
    async connect(params, on) {
      const call = await device.connect({ params });
      return new Leg(call, { trouble, ...on });
    },
    close() {
      device.destroy();
    },
  };
}
