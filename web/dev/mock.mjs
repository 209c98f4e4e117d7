/**
 * A development mock: a seeded random floor behind the interface of docs/api.md, so that the panel can be worked on
 * without a telephone system. `node dev/mock.mjs [PORT]`; SEATS=900 for a large floor; sign in with any name and `demo`.
 * FIGURES=file.json takes the catalogue of a real server. `GET /mock/link?state=down` breaks the PBX link, `/mock/mute?seconds=20` silences the feed.
 * OFFER_SECONDS=600 leaves more time to look at an offer to an agent.
 */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { importRoutes } from "./imports.mjs";
import { offerRoutes } from "./offers.mjs";
import { reportRoutes } from "./reports.mjs";

const PORT = Number(process.argv[2] ?? 8080);
const SEATS = Number(process.env.SEATS ?? 36);
const OFFER_SECONDS = Number(process.env.OFFER_SECONDS ?? 30);
const PANEL = new URL("../../callcenter/panel/", import.meta.url).pathname;
const now = () => Date.now() / 1000;

let seed = 7;
const random = () => {
  seed = (seed * 1664525 + 1013904223) % 4294967296;
  return seed / 4294967296;
};
const pick = (from) => from[Math.floor(random() * from.length)];
const between = (low, high) => low + random() * (high - low);

const NAMES =
  "Li Wei|Wang Fang|Zhang Min|Anna Keller|Tom Becker|陈静|刘洋|Maya Singh|João Reis|Sofia Rossi|Chen Lei|黄丽|Peter Lang|Eva Novak|Omar Aziz|林晓燕|Grace Kim|Ben Hart|Yuki Mori|周杰".split(
    "|",
  );
const TEAMS = ["Blue", "Green", "Night"];
const QUEUES = { sales: "Sales", service: "Customer service", claims: "Claims", billing: "账单 Billing" };
const REASONS = [
  ["break", "Break", "小休", true],
  ["meal", "Meal", "用餐", true],
  ["training", "Training", "培训", true],
  ["meeting", "Meeting", "会议", true],
  ["paperwork", "Paperwork", "案头工作", false],
];
const number = () => `+86 138 ${String(1000 + Math.floor(random() * 8999))} ${1000 + Math.floor(random() * 8999)}`;

const FIGURES = [
  ["offered", "Offered", "进线", "calls that joined the queue", "进入队列的来电", "count", "none", null],
  ["answered", "Answered", "接通", "calls that reached a seat", "已接通坐席的来电", "count", "none", null],
  ["answer_rate", "Answer rate", "电话接听率", "answered ÷ offered", "接通 ÷ 进线", "share", "up", 0.85],
  [
    "answer_rate_long",
    "Answer rate without short abandons",
    "电话接听率（不计短放弃）",
    "answered ÷ (offered − short abandons)",
    "接通 ÷（进线 − 短放弃）",
    "share",
    "up",
    0.85,
  ],
  [
    "service_level",
    "Service level",
    "服务水平",
    "answered within the threshold ÷ (offered − short abandons)",
    "阈值内接通 ÷（进线 − 短放弃）",
    "share",
    "up",
    0.8,
  ],
  [
    "asa_seconds",
    "ASA",
    "平均应答速度",
    "waiting time of answered calls ÷ answered",
    "接通来电的排队时长 ÷ 接通",
    "seconds",
    "down",
    15,
  ],
  [
    "aht_seconds",
    "AHT",
    "平均通话与案头时长",
    "(talk + hold + wrap-up) ÷ handled",
    "（通话 + 保持 + 案头）÷ 处理",
    "seconds",
    "down",
    185,
  ],
  [
    "average_talk_seconds",
    "Talk",
    "平均通话时长",
    "talk ÷ handled, without hold",
    "通话时长（不含保持）÷ 处理",
    "seconds",
    "none",
    null,
  ],
  ["average_hold_seconds", "Hold", "平均保持时长", "hold ÷ handled", "保持时长 ÷ 处理", "seconds", "down", null],
  [
    "average_wrap_up_seconds",
    "Wrap-up",
    "平均案头时长",
    "wrap-up ÷ handled",
    "案头时长 ÷ 处理",
    "seconds",
    "none",
    null,
  ],
  [
    "handled",
    "Handled",
    "处理",
    "queue conversations that are over",
    "已结束（含案头）的队列通话",
    "count",
    "none",
    null,
  ],
  ["abandoned", "Abandoned", "放弃", "hung up while waiting", "排队中挂机", "count", "down", null],
  [
    "abandoned_short",
    "Short abandons",
    "短放弃",
    "abandoned before the threshold",
    "在短放弃阈值内挂机",
    "count",
    "none",
    null,
  ],
  ["abandonment_rate", "Abandonment rate", "放弃率", "abandoned ÷ offered", "放弃 ÷ 进线", "share", "down", null],
  ["timed_out", "Timed out", "超时离队", "waited for the longest time allowed", "等待超过上限", "count", "down", null],
  ["left_by_key", "Left by key", "按键离队", "left by pressing a key", "按键离开队列", "count", "none", null],
  [
    "left_when_empty",
    "Left when empty",
    "无坐席离队",
    "sent away, no seat was left",
    "因无坐席而离开",
    "count",
    "down",
    null,
  ],
  ["withdrawn", "Withdrawn", "被移出", "taken out or moved", "被他人移出或转走", "count", "none", null],
  ["refused", "Refused", "拒绝进线", "turned away", "队列关闭或已满时被拒", "count", "down", null],
  ["lost", "Lost", "去向不明", "seen by nobody (link down)", "链路中断，结果未知", "count", "down", null],
].map(([id, label_en, label_zh, formula_en, formula_zh, unit, direction, target]) => ({
  id,
  label_en,
  label_zh,
  formula_en,
  formula_zh,
  unit,
  direction,
  target,
  decimals: unit === "share" ? 1 : 0,
  group: unit === "count" ? "load" : unit === "share" ? "level" : "handling",
  subjects: ["queues", "agents", "teams"],
  numerator: [id],
  denominator: unit === "count" ? [] : ["offered"],
  opens: "visits",
  opens_below: unit === "count" ? null : "visits",
  is_live: true,
}));
/** The real catalogue, where the answer of a server's `/api/figures` was kept in a file. */
const CATALOGUE = process.env.FIGURES ? JSON.parse(readFileSync(process.env.FIGURES, "utf8")).figures : FIGURES;

// --- the floor ---------------------------------------------------------------------------------------------------

const entities = { links: {}, seats: {}, queues: {}, visits: {}, gauges: {}, figures: {}, lists: {}, journals: {} };
let changed = {};
let removed = {};
function set(kind, id, fields) {
  entities[kind][id] = { ...entities[kind][id], ...fields };
  changed[kind] ??= {};
  changed[kind][id] = { ...changed[kind][id], ...fields };
}
function drop(kind, id) {
  delete entities[kind][id];
  if (changed[kind]) delete changed[kind][id];
  removed[kind] ??= [];
  removed[kind].push(id);
}
const IDLE = { reason: "", call_id: null, number: "", queue: "", direction: null, wrap_up_until: null };
const NEXT = {
  ready: () => (random() < 0.8 ? ["ringing", 9] : ["paused", 200]),
  ringing: () => (random() < 0.85 ? ["talking", 150] : ["ready", 30]),
  talking: () => (random() < 0.15 ? ["on_hold", 60] : ["wrap_up", 30]),
  on_hold: () => ["talking", 60],
  wrap_up: () => ["ready", 40],
  paused: () => ["ready", 40],
  unreachable: () => ["ready", 60],
  signed_out: () => ["ready", 60],
};
const due = {};
function enter(id, state, seconds, since = now()) {
  const seat = entities.seats[id];
  const fields = { state, since, ...(["talking", "on_hold"].includes(state) && seat.call_id ? {} : IDLE) };
  if (["ringing", "talking", "on_hold"].includes(state) && !seat.call_id) {
    const outbound = random() < 0.2;
    Object.assign(fields, {
      call_id: `1763.${Math.floor(random() * 1e6)}`,
      number: number(),
      queue: outbound ? "" : pick(seat.queues),
      direction: outbound ? "outbound" : "inbound",
    });
  }
  if (state === "paused") fields.reason = pick(REASONS)[0];
  if (state === "wrap_up") fields.wrap_up_until = since + 30;
  fields.is_paused = state === "paused";
  fields.pause_pending = state === "talking" && random() < 0.12;
  fields.device =
    state === "unreachable"
      ? "unavailable"
      : state === "ready"
        ? "not_in_use"
        : state === "paused"
          ? pick(["not_in_use", "not_in_use", "unavailable"])
          : state === "ringing"
            ? "ringing"
            : "in_use";
  set("seats", id, fields);
  due[id] = now() + seconds * between(0.4, 1.6);
}
function countSeats(of) {
  const counts = {};
  for (const seat of Object.values(entities.seats)) if (of(seat)) counts[seat.state] = (counts[seat.state] ?? 0) + 1;
  return counts;
}
function gauge() {
  const oldest = (of) =>
    Object.values(entities.visits)
      .filter(of)
      .reduce((a, v) => Math.min(a, v.joined_at), Infinity);
  for (const name of Object.keys(QUEUES)) {
    const waiting = Object.values(entities.visits).filter((v) => v.queue === name).length;
    const at = oldest((v) => v.queue === name);
    set("queues", `pbx1/${name}`, {
      waiting,
      oldest_joined_at: at === Infinity ? null : at,
      seats: countSeats((s) => s.queues.includes(name)),
    });
  }
  const at = oldest(() => true);
  set("gauges", "*", {
    waiting: Object.keys(entities.visits).length,
    oldest_joined_at: at === Infinity ? null : at,
    seats: countSeats(() => true),
    surprises: 0,
  });
}
function figures(id, scale) {
  const old = entities.figures[id] ?? {
    offered: Math.floor(380 * scale),
    answered: Math.floor(335 * scale),
    abandoned_short: Math.floor(9 * scale),
    timed_out: Math.floor(4 * scale),
  };
  const offered = old.offered + (random() < 0.3 ? 1 : 0);
  const answered = Math.min(offered, old.answered + (offered > old.offered && random() < 0.9 ? 1 : 0));
  const abandoned = offered - answered - old.timed_out;
  const average_talk_seconds = between(118, 122) * (0.9 + scale / 8);
  const answer_rate = answered / offered;
  set("figures", id, {
    offered,
    answered,
    abandoned,
    abandoned_short: old.abandoned_short,
    answer_rate,
    answer_rate_long: answered / (offered - old.abandoned_short),
    service_level: answer_rate * (0.86 + scale / 20),
    asa_seconds: 9 + 8 * scale,
    average_talk_seconds,
    average_hold_seconds: 11.2,
    average_wrap_up_seconds: 28,
    aht_seconds: average_talk_seconds + 39.2,
    handled: answered - 3,
    abandonment_rate: abandoned / offered,
    timed_out: old.timed_out,
    left_by_key: 0,
    left_when_empty: 0,
    withdrawn: 0,
    refused: 0,
    lost: 0,
  });
}
set("links", "pbx1", { pbx: "pbx1", state: "live", since: now() - 8000, detail: "", unheard_since: null });
for (let index = 0; index < SEATS; index += 1) {
  const agent = 1001 + index;
  const id = `pbx1/PJSIP/${agent}`;
  const names = Object.keys(QUEUES);
  const name = NAMES[index % NAMES.length] + (index >= NAMES.length ? ` ${Math.floor(index / NAMES.length) + 1}` : "");
  set("seats", id, {
    pbx: "pbx1",
    interface: `PJSIP/${agent}`,
    agent_number: String(agent),
    agent_name: name,
    team: TEAMS[index % 3],
    queues: [names[index % 4], names[(index * 3 + 1) % 4]].filter((q, i, all) => all.indexOf(q) === i),
    penalties: Object.fromEntries(names.map((name) => [name, 0])),
    ...IDLE,
    is_paused: false,
    pause_pending: false,
    device: "not_in_use",
  });
  const state = pick([
    "ready",
    "ready",
    "ready",
    "talking",
    "talking",
    "talking",
    "talking",
    "ringing",
    "wrap_up",
    "paused",
    "paused",
    "on_hold",
    "signed_out",
    "unreachable",
  ]);
  enter(id, state, state === "ringing" ? 9 : 60, now() - between(2, state === "ringing" ? 12 : 400));
}
for (const [queue, label] of Object.entries(QUEUES)) {
  set("queues", `pbx1/${queue}`, {
    pbx: "pbx1",
    queue,
    label,
    members: SEATS / 2,
    waiting: 0,
    oldest_joined_at: null,
    seats: {},
  });
}
let visit = 0;
function arrive(queue, waited) {
  visit += 1;
  const position = Object.values(entities.visits).filter((v) => v.queue === queue).length + 1;
  set("visits", `v${visit}`, {
    pbx: "pbx1",
    queue,
    call_id: `1764.${visit}`,
    number: number(),
    caller_name: random() < 0.4 ? pick(NAMES) : "",
    joined_at: now() - waited,
    position,
  });
}
for (const [queue, waits] of [
  ["sales", [41, 22, 6]],
  ["service", [12]],
  ["claims", []],
  ["billing", [18, 3]],
])
  for (const w of waits) arrive(queue, w);

const OUTCOMES = ["reached", "busy", "no_answer", "unreachable", "machine", "invalid_number", "rejected"];
const RULES = {
  busy: { delay_seconds: 600, max_attempts: 3, next_number: true, then: "escalate" },
  no_answer: { delay_seconds: 3600, max_attempts: 3 },
  unreachable: { delay_seconds: 7200, max_attempts: 2 },
  machine: { delay_seconds: 14400, max_attempts: 2 },
  invalid_number: { delay_seconds: 600, max_attempts: 1, next_number: true, then: "ask_agent" },
};
const ASKING = 3;
const lists = [
  ["1", "November renewals", "running", null, 420, 240, 3, 141, 36],
  ["2", "投诉回访 11 月", "running", "outside_window", 86, 40, 0, 38, 8],
  ["3", "Repaired faults", "stopped", "stopped", 25, 25, 0, 0, 0],
  ["4", "October contracts", "finished", "finished", 312, 0, 0, 291, 21],
].map(([id, name, state, why_idle, targets, open, in_air, reached, closed]) => ({
  id,
  name,
  state,
  why_idle,
  targets,
  open,
  in_air,
  reached,
  closed,
  due: Math.floor(open / 3),
  pbx: "pbx1",
  queue: "service",
  windows: [
    { weekdays: [1, 2, 3, 4, 5], from: "09:00", until: "11:30" },
    { weekdays: [1, 2, 3, 4, 5, 6], from: "12:00", until: "18:30" },
  ],
  rules: RULES,
  max_attempts: 5,
  mode: { 1: "preview", 2: "predictive" }[id] ?? "progressive",
  trunk: id === "1" ? "mobile" : "",
  preview_seconds: 30,
  abandon_target: 0.03,
  personal_seconds: 14400,
  escalation_list_id: id === "2" ? "1" : null,
  asking: id === "1" || id === "2" ? ASKING : 0,
  detect_machine: id === "1",
  region: "CN",
  created_at: now() - 86400 * Number(id),
  opens_at: why_idle === "outside_window" ? now() + 36000 : null,
  outcomes: {
    reached,
    busy: Math.floor(targets / 9),
    no_answer: Math.floor(targets / 5),
    machine: Math.floor(targets / 20),
  },
}));
for (const l of lists)
  set("lists", l.id, {
    id: l.id,
    name: l.name,
    state: l.state,
    why_idle: l.why_idle,
    targets: l.targets,
    open: l.open,
    in_air: l.in_air,
    reached: l.reached,
    closed: l.closed,
  });
const targets = Array.from({ length: 60 }, (_, i) => ({
  id: i + 1,
  number: number(),
  name: pick(NAMES),
  state: i < ASKING ? "asking" : pick(["open", "open", "reached", "closed", "in_air"]),
  attempts: Math.floor(random() * 4),
  last_outcome: pick([null, ...OUTCOMES]),
  due_at: now() + between(-600, 7200),
  attributes: { contract: `C-${1000 + i}`, product: pick(["Home", "Motor"]) },
}));
const attempts = Array.from({ length: 40 }, (_, i) => ({
  id: i + 1,
  target_id: i + 1,
  number: number(),
  name: pick(NAMES),
  placed_at: now() - i * 140,
  answered_at: now() - i * 140 + 12,
  ended_at: i ? now() - i * 140 + 90 : null,
  outcome: i ? pick(OUTCOMES) : null,
  agent_number: pick(["", "1004", "1009"]),
  call_id: `c${i}`,
  pbx: "pbx1",
}));

const calls = Array.from({ length: 137 }, (_, i) => {
  const direction = pick(["inbound", "inbound", "inbound", "inbound", "outbound", "internal"]);
  const outcome =
    direction === "inbound"
      ? pick(["answered", "answered", "answered", "answered", "abandoned", "timed_out", "callback_requested"])
      : pick(["answered", "not_answered"]);
  const started_at = now() - 40 - i * between(60, 110);
  const wait = between(3, 50);
  const talk = outcome === "answered" ? between(30, 400) : 0;
  const agent = Math.floor(random() * 20);
  return {
    pbx: "pbx1",
    call_id: `c${i}`,
    direction,
    number: number(),
    caller_name: random() < 0.4 ? pick(NAMES) : "",
    started_at,
    answered_at: talk ? started_at + wait : null,
    ended_at: started_at + wait + talk,
    queues: direction === "inbound" ? [pick(Object.keys(QUEUES))] : [],
    agents: talk ? [{ number: String(1001 + agent), name: NAMES[agent] }] : [],
    outcome,
    wait_seconds: direction === "inbound" ? wait : null,
    talk_seconds: talk || null,
    hold_seconds: talk ? (random() < 0.3 ? 22 : 0) : null,
    has_recording: talk > 0,
  };
});
function detail(call) {
  const base = { pbx: "pbx1", is_certain: true, call_id: call.call_id };
  const t0 = call.started_at;
  const wait = call.wait_seconds ?? 6;
  const agent = call.agents[0] ?? { number: "1003", name: "Zhang Min" };
  const seat = { agent_number: agent.number, agent_name: agent.name, interface: `PJSIP/${agent.number}` };
  const visits = call.queues.map((queue) => ({
    ...base,
    channel_id: "a",
    queue,
    join: 1,
    number: call.number,
    caller_name: call.caller_name,
    joined_at: t0 + 2,
    ended_at: t0 + wait,
    outcome: call.outcome,
    wait_seconds: wait - 2,
    position: 2,
    ...(call.talk_seconds ? seat : { agent_number: "", agent_name: "", interface: "" }),
    service_level_seconds: 15,
    service_level_variant: "offered_without_short_abandons",
    short_abandon_seconds: 5,
  }));
  const other = { agent_number: "1010", agent_name: "Sofia Rossi", interface: "PJSIP/1010" };
  const rings = visits.length
    ? [
        {
          ...base,
          ring_id: "r1",
          channel_id: "a",
          queue: visits[0].queue,
          ...other,
          began_at: t0 + 2.5,
          ended_at: t0 + wait * 0.55,
          outcome: "not_answered",
          ring_seconds: wait * 0.5,
        },
        {
          ...base,
          ring_id: "r2",
          channel_id: "a",
          queue: visits[0].queue,
          ...seat,
          began_at: t0 + wait * 0.6,
          ended_at: t0 + wait,
          outcome: call.talk_seconds ? "answered" : "given_up",
          ring_seconds: wait * 0.4,
        },
      ]
    : [];
  const conversations = call.talk_seconds
    ? [
        {
          ...base,
          leg_id: "l1",
          part: 1,
          queue: call.queues[0] ?? "",
          direction: call.direction,
          number: call.number,
          ...seat,
          began_at: t0 + wait,
          ended_at: call.ended_at,
          completed_at: call.ended_at + 22,
          talk_seconds: call.talk_seconds - (call.hold_seconds ?? 0),
          hold_seconds: call.hold_seconds ?? 0,
          holds: call.hold_seconds ? 1 : 0,
          wrap_up_seconds: 22,
          ended_by: "caller",
        },
      ]
    : [];
  const recordings = call.talk_seconds
    ? [
        {
          id: 1,
          began_at: t0 + wait,
          duration_seconds: call.talk_seconds,
          size: Math.floor(call.talk_seconds * 16000),
          has_audio: true,
          state: "ready",
          legs: [{ side: "agent" }, { side: "customer" }],
          conversation: { leg_id: "l1", part: 1 },
        },
      ]
    : [];
  return { call, visits, rings, conversations, recordings };
}
function wav(seconds, side) {
  const rate = 8000;
  const samples = Math.floor(seconds * rate);
  const buffer = Buffer.alloc(44 + samples * 2);
  buffer.write("RIFF", 0);
  buffer.writeUInt32LE(36 + samples * 2, 4);
  buffer.write("WAVEfmt ", 8);
  for (const [value, at, size] of [
    [16, 16, 4],
    [1, 20, 2],
    [1, 22, 2],
    [rate, 24, 4],
    [rate * 2, 28, 4],
    [2, 32, 2],
    [16, 34, 2],
    [samples * 2, 40, 4],
  ])
    buffer[size === 4 ? "writeUInt32LE" : "writeUInt16LE"](value, at);
  buffer.write("data", 36);
  for (let i = 0; i < samples; i += 1) {
    const t = i / rate;
    const agentTalks = Math.sin(t / 2.1) + Math.sin(t / 0.9) * 0.5 > 0;
    const loud =
      (side === "mix" || side === "stereo" || (side === "agent") === agentTalks ? 1 : 0) *
      Math.abs(Math.sin(t * 3.3) * Math.sin(t * 1.7)) *
      9000;
    buffer.writeInt16LE(Math.floor(loud * Math.sin(t * 2 * Math.PI * (agentTalks ? 190 : 260))), 44 + i * 2);
  }
  return buffer;
}

// --- the feed ----------------------------------------------------------------------------------------------------

let seq = 0;
let quietUntil = 0;
let lastSent = 0;
const sockets = new Set();
function frame(text) {
  const body = Buffer.from(text);
  const head =
    body.length < 126
      ? Buffer.from([0x81, body.length])
      : body.length < 65536
        ? Buffer.from([0x81, 126, body.length >> 8, body.length & 255])
        : Buffer.alloc(10);
  if (head.length === 10) {
    head[0] = 0x81;
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(body.length), 2);
  }
  return Buffer.concat([head, body]);
}
const tell = (message) => {
  const bytes = frame(JSON.stringify(message));
  for (const socket of sockets) socket.write(bytes);
};
setInterval(() => {
  if (now() < quietUntil) return;
  if (entities.links.pbx1.state === "live") {
    for (const [id, at] of Object.entries(due)) {
      if (at > now()) continue;
      const [state, seconds] = NEXT[entities.seats[id].state]();
      enter(id, state, seconds);
    }
    if (random() < 0.12 && Object.keys(entities.visits).length < 14) arrive(pick(Object.keys(QUEUES)), 0);
    const oldest = Object.entries(entities.visits).sort((a, b) => a[1].joined_at - b[1].joined_at)[0];
    if (oldest && random() < 0.1 && now() - oldest[1].joined_at > 15) drop("visits", oldest[0]);
    if (random() < 0.3) figures("*", 1);
    if (random() < 0.3) figures(`pbx1/${pick(Object.keys(QUEUES))}`, between(0.2, 0.4));
    gauge();
  }
  if (Object.keys(changed).length || Object.keys(removed).length) {
    seq += 1;
    lastSent = now();
    tell({ type: "delta", seq, at: now(), changed, removed });
    changed = {};
    removed = {};
  } else if (now() - lastSent > 5) {
    lastSent = now();
    tell({ type: "heartbeat", at: now(), seq });
  }
}, 200);
figures("*", 1);
["sales", "service", "claims", "billing"].forEach((q, i) => {
  figures(`pbx1/${q}`, [0.4, 0.3, 0.1, 0.2][i]);
});
gauge();
changed = {};

// --- HTTP --------------------------------------------------------------------------------------------------------

let user = null;
let failures = 0;
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};
/** The phone of an agent rings so long. */
function ring(agent, seconds) {
  const found = Object.entries(entities.seats).find(([, seat]) => seat.agent_number === agent);
  if (found) enter(found[0], "ringing", seconds);
}
const SESSION = () => ({ user, centre: { timezone: "Asia/Shanghai", now: now(), demo: true } });
const PERMISSIONS = {
  agent: ["see_floor", "work_callbacks"],
  qa: ["see_calls", "hear_recordings"],
  supervisor: ["see_floor", "see_calls", "hear_recordings", "see_reports", "send_reports", "see_lists", "run_lists"],
};
const problem = (status, code, text, field) => [status, { title: text, status, code, detail: text, field }];

const ROUTES = [
  ["GET", /^\/api\/recordings\/\d+\/sound$/, () => [200, sound()]],
  ...reportRoutes({ now, problem, queues: QUEUES, teams: TEAMS, names: NAMES, reasons: REASONS, calls, lists }),
  ["GET", /^\/api\/figures$/, () => [200, { figures: CATALOGUE }]],
  [
    "GET",
    /^\/api\/settings$/,
    () => [
      200,
      {
        pause_reasons: REASONS.map(([code, label_en, label_zh, is_away]) => ({ code, label_en, label_zh, is_away })),
        queues: Object.entries(QUEUES).map(([queue, label]) => ({
          pbx: "pbx1",
          queue,
          label,
          service_level_seconds: 15,
          service_level_variant: "offered_without_short_abandons",
          short_abandon_seconds: 5,
        })),
        teams: TEAMS,
        trunks: ["fixed", "mobile"],
      },
    ],
  ],
  ["GET", /^\/api\/session$/, () => (user ? [200, SESSION()] : problem(401, "not_signed_in", "Sign in first."))],
  [
    "DELETE",
    /^\/api\/session$/,
    () => {
      user = null;
      return [204, null];
    },
  ],
  ["GET", /^\/api\/gaps$/, () => [200, { gaps: GAPS() }]],
  ["GET", /^\/api\/reconciliations$/, () => [200, { runs: RUNS(), running: [], pbxs: ["pbx1"] }]],
  ["POST", /^\/api\/reconciliations$/, () => [202, { running: ["pbx1"] }]],
  [
    "GET",
    /^\/api\/calls$/,
    (_m, q) => {
      const start = Number(q.get("cursor") ?? 0);
      const hits = calls.filter(
        (c) =>
          (!q.get("number") || c.number.replaceAll(" ", "").includes(q.get("number").replaceAll(" ", ""))) &&
          (!q.get("agent") || c.agents.some((a) => a.number === q.get("agent"))) &&
          (!q.get("queue") || c.queues.includes(q.get("queue"))) &&
          (!q.get("outcome") || c.outcome === q.get("outcome")) &&
          (!q.get("direction") || c.direction === q.get("direction")) &&
          c.started_at >= Number(q.get("from") ?? 0) &&
          c.started_at < Number(q.get("to") ?? 1e12),
      );
      return [
        200,
        { calls: hits.slice(start, start + 50), next: start + 50 < hits.length ? String(start + 50) : null },
      ];
    },
  ],
  [
    "GET",
    /^\/api\/calls\/pbx1\/(.+)$/,
    (m) => {
      const call = calls.find((c) => c.call_id === decodeURIComponent(m[1]));
      return call ? [200, detail(call)] : problem(404, "not_found", "No such call.");
    },
  ],
  ["GET", /^\/api\/lists$/, () => [200, { lists }]],
  [
    "POST",
    /^\/api\/lists$/,
    (_m, _q, body) => {
      const list = {
        id: String(lists.length + 1),
        state: "stopped",
        why_idle: "stopped",
        targets: 0,
        open: 0,
        due: 0,
        in_air: 0,
        reached: 0,
        closed: 0,
        outcomes: {},
        pbx: "pbx1",
        created_at: now(),
        opens_at: null,
        ...body,
      };
      lists.push(list);
      return [201, list];
    },
  ],
  ["GET", /^\/api\/lists\/(\d+)$/, (m) => [200, lists.find((l) => l.id === m[1])]],
  [
    "PATCH",
    /^\/api\/lists\/(\d+)$/,
    (m, _q, body) => [
      200,
      Object.assign(
        lists.find((l) => l.id === m[1]),
        body,
      ),
    ],
  ],
  ...importRoutes({ now }),
  ...offerRoutes({ now, problem, lists, targets, number, names: NAMES, offerSeconds: OFFER_SECONDS, ring }),
  [
    "POST",
    /^\/api\/lists\/(\d+)\/(start|stop)$/,
    (m) => {
      const list = lists.find((l) => l.id === m[1]);
      list.state = m[2] === "start" ? "running" : "stopped";
      list.why_idle = m[2] === "start" ? null : "stopped";
      set("lists", list.id, { state: list.state, why_idle: list.why_idle });
      return [200, list];
    },
  ],
  [
    "GET",
    /^\/api\/lists\/(\d+)\/targets$/,
    (_m, q) => [200, { targets: targets.filter((t) => !q.get("state") || t.state === q.get("state")), next: null }],
  ],
  ["GET", /^\/api\/lists\/(\d+)\/attempts$/, () => [200, { attempts, next: null }]],
  [
    "GET",
    /^\/mock\/link$/,
    (_m, q) => {
      set("links", "pbx1", {
        state: q.get("state"),
        since: now(),
        detail: q.get("state") === "live" ? "" : "connection refused",
      });
      return [200, {}];
    },
  ],
  [
    "GET",
    /^\/mock\/journal$/,
    () => {
      set("journals", "pbx1", { pbx: "pbx1", since: now() - 75, reason: "No space left on device" });
      return [200, {}];
    },
  ],
  [
    "GET",
    /^\/mock\/mute$/,
    (_m, q) => {
      quietUntil = now() + Number(q.get("seconds"));
      return [200, {}];
    },
  ],
];

const GAPS = () =>
  [
    { since: now() - 5200, until: now() - 5184, reason: "link", recovered: 7, lost: 0, is_readable: true },
    { since: now() - 91000, until: now() - 90950, reason: "pbx_restart", recovered: 3, lost: 2, is_readable: true },
    { since: now() - 180000, until: now() - 179990, reason: "server", recovered: 0, lost: 0, is_readable: true },
    { since: now() - 400000, until: now() - 399000, reason: "link", recovered: 0, lost: 4, is_readable: false },
  ].map((gap) => ({ pbx: "pbx1", is_certain: true, ...gap }));

const RUNS = () => {
  const difference = { queue: "support", channel_id: "1.1", call_id: calls[0]?.call_id ?? "1.1", explanation: "" };
  const moved = "somebody moved the caller, which queue_log writes as ABANDON";
  const midnight = Math.floor(now() / 86400) * 86400;
  const run = (id, days, fields) => ({
    id,
    pbx: "pbx1",
    from: midnight - days * 86400,
    to: midnight - (days - 1) * 86400,
    ran_at: midnight - (days - 1) * 86400 + 1860,
    counts: [{ queue: "support", outcome: "answered", stored: 812, logged: 812 }],
    difference_count: 0,
    differences: [],
    explained_count: 0,
    explained: [],
    error: "",
    ...fields,
  });
  const differences = [{ ...difference, joined_at: midnight - 40000, stored: "lost", logged: "answered" }];
  const explained = [
    { ...difference, joined_at: midnight - 41000, stored: "withdrawn", logged: "abandoned", explanation: moved },
  ];
  return [
    run(3, 1, {}),
    run(2, 2, { difference_count: 1, differences, explained_count: 1, explained }),
    run(1, 3, { counts: [], error: "/var/log/asterisk/queue_log: there is no such file" }),
  ];
};

function signIn(body) {
  if (body.password === "demo") {
    failures = 0;
    const role = PERMISSIONS[body.username] ? body.username : "admin";
    user = {
      username: body.username,
      name: body.username,
      roles: [role],
      permissions: PERMISSIONS[role] ?? [...PERMISSIONS.supervisor, "work_callbacks", "manage_users"],
      language: null,
      agent_number: null,
    };
    return [200, { user }];
  }
  failures += 1;
  return failures > 3
    ? problem(429, "too_many", "Too many tries.")
    : problem(401, "not_signed_in", "Wrong user name or password.");
}
function file(path, response) {
  let name = join(PANEL, normalize(path));
  if (!name.startsWith(PANEL) || !extname(name)) name = join(PANEL, "index.html");
  try {
    statSync(name);
    response.writeHead(200, {
      "Content-Type": TYPES[extname(name)] ?? "application/octet-stream",
      "Content-Security-Policy":
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ws:",
    });
    response.end(readFileSync(name));
  } catch {
    response.writeHead(404).end();
  }
}
function audio(url, request, response) {
  const call = calls.find((c) => c.has_recording);
  const bytes = wav(Math.min(call.talk_seconds, 240), url.searchParams.get("side") ?? "mix");
  const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "");
  const from = range ? Number(range[1]) : 0;
  const until = range?.[2] ? Number(range[2]) : bytes.length - 1;
  response.writeHead(range ? 206 : 200, {
    "Content-Type": "audio/wav",
    "Accept-Ranges": "bytes",
    "Content-Length": until - from + 1,
    ...(range ? { "Content-Range": `bytes ${from}-${until}/${bytes.length}` } : {}),
  });
  response.end(bytes.subarray(from, until + 1));
}
function sound() {
  const length = Math.min(calls.find((c) => c.has_recording).talk_seconds, 240);
  const talks = (t) => Math.sin(t / 2.1) + Math.sin(t / 0.9) * 0.5;
  const sides = ["agent", "customer"].map((side, index) => ({
    side,
    is_audible: true,
    talk_seconds: length * 0.4,
    talk: [],
    silence: index === 0 ? [[length * 0.4, length * 0.6]] : [[length * 0.45, length * 0.7]],
    peaks: Array.from({ length: 1200 }, (_, at) => {
      const t = (at / 1200) * length;
      if (t > length * 0.45 && t < length * 0.6) return 0;
      return talks(t) > 0 === (index === 0) ? Math.abs(Math.sin(t * 3.3) * Math.sin(t * 1.7)) * 0.4 : 0.004;
    }),
  }));
  const talk_over = [
    [length * 0.2, length * 0.22],
    [length * 0.8, length * 0.81],
  ];
  return { duration_seconds: length, sides, talk_over, talk_over_seconds: length * 0.03, has_copy: true };
}
async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const text = Buffer.concat(parts).toString();
  return request.headers["content-type"]?.includes("json") && text ? JSON.parse(text) : {};
}
const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://mock");
  if (/^\/api\/recordings\/\d+\/audio$/.test(url.pathname)) return audio(url, request, response);
  if (!url.pathname.startsWith("/api/") && !url.pathname.startsWith("/mock/")) return file(url.pathname, response);
  const body = await bodyOf(request);
  let answer = problem(404, "not_found", "No such route.");
  if (request.method === "POST" && url.pathname === "/api/session") answer = signIn(body);
  for (const [method, pattern, reply] of ROUTES) {
    const match = pattern.exec(url.pathname);
    if (match && request.method === method) answer = reply(match, url.searchParams, body);
  }
  const [status, content] = answer;
  response.writeHead(status, {
    "Content-Type": "application/json",
    ...(status === 429 ? { "Retry-After": "24" } : {}),
  });
  response.end(content === null ? "" : JSON.stringify(content));
});
server.on("upgrade", (request, socket) => {
  const key = createHash("sha1")
    .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`,
  );
  socket.write(frame(JSON.stringify({ type: "snapshot", epoch: "mock", seq, at: now(), entities })));
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  socket.on("error", () => sockets.delete(socket));
  socket.on("data", () => undefined);
});
server.listen(PORT, "127.0.0.1", () => console.log(`mock on http://127.0.0.1:${PORT}`));
