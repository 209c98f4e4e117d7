/** Made-up answers of the routes of reports, steady for the same question. */

const DAY = 86_400;
const HOUR = 3600;
const OFFSET = 8 * HOUR;

/** A number between 0 and 1 that belongs to these words. */
function luck(...words) {
  let hash = 2166136261;
  for (const letter of words.join("|")) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 4294967296;
}
const dayOf = (at) => Math.floor((at + OFFSET) / DAY);
const midnight = (day) => day * DAY - OFFSET;
const hourOf = (at) => Math.floor(((at + OFFSET) % DAY) / HOUR);
const weekdayOf = (at) => ((dayOf(at) + 3) % 7) + 1;
const iso = (at) => new Date((at + OFFSET) * 1000).toISOString().slice(0, 10);

function edge(text, isEnd) {
  if (/^\d+(\.\d+)?$/.test(text ?? "")) return Number(text);
  const at = Date.parse(`${text}T00:00:00Z`) / 1000 - OFFSET;
  return isEnd ? at + DAY : at;
}
const spanOf = (q) => ({ from: edge(q.get("from"), false), to: edge(q.get("to"), true) });

function intervalsOf(kind, from, to) {
  const cut = { "15m": 900, "30m": 1800, hour: HOUR, day: DAY }[kind];
  if (kind === "none") return [{ index: 0, start: from, end: to }];
  if (kind === "hour_of_day" || kind === "weekday") {
    const first = kind === "weekday" ? 1 : 0;
    return Array.from({ length: kind === "weekday" ? 7 : 24 }, (_, i) => ({
      index: i + first,
      start: null,
      end: null,
    }));
  }
  const edges = [from];
  while (edges.at(-1) < to) {
    const at = edges.at(-1);
    if (cut) edges.push(Math.min(to, at + cut));
    else if (kind === "week") edges.push(Math.min(to, midnight(dayOf(at) + 8 - weekdayOf(at))));
    else {
      const local = new Date((at + OFFSET) * 1000);
      edges.push(Math.min(to, Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 1) / 1000 - OFFSET));
    }
  }
  return edges.slice(0, -1).map((start, index) => ({ index, start, end: edges[index + 1] }));
}

const CURVE = [0, 0, 0, 0, 0, 0, 0, 0.1, 0.5, 1, 1.15, 0.95, 0.6, 0.8, 1, 1.05, 0.9, 0.7, 0.45, 0.3, 0.2, 0.1, 0, 0];

/** How many hours of load there are between two instants. */
function load(from, to) {
  let sum = 0;
  for (let at = Math.floor(from / 900) * 900; at < to; at += 900) {
    sum += (CURVE[hourOf(at)] * (weekdayOf(at) > 5 ? 0.45 : 1)) / 4;
  }
  return sum;
}

function figuresOf(id, hours, scale) {
  const part = (name, low, high) => low + luck(id, name) * (high - low);
  const offered = Math.round(hours * scale * part("offered", 18, 30));
  const answered = Math.round(offered * part("answered", 0.78, 0.98));
  const timed_out = Math.round(offered * 0.01);
  const abandoned = Math.max(0, offered - answered - timed_out);
  const abandoned_short = Math.round(abandoned * 0.3);
  const level = part("level", 0.66, 0.95);
  const wait = part("wait", 6, 26);
  const [talk, hold, wrap] = [part("talk", 110, 190), part("hold", 4, 22), part("wrap", 14, 50)];
  const signed = hours * 3300 * Math.min(1, scale * 4);
  const busy = answered * (talk + hold + wrap);
  const over = (above, below) => (below > 0 ? above / below : null);
  return {
    offered,
    answered,
    abandoned,
    abandoned_short,
    timed_out,
    left_by_key: 0,
    left_when_empty: 0,
    callback_requested: Math.round(offered * 0.01),
    withdrawn: 0,
    refused: 0,
    lost: 0,
    uncertain: 0,
    repeat_calls: Math.round(offered * 0.07),
    repeat_rate: over(offered * 0.07, offered),
    answer_rate: over(answered, offered),
    answer_rate_long: over(answered, offered - abandoned_short),
    service_level: offered ? level : null,
    service_level_offered_long: offered ? level : null,
    service_level_answered: offered ? Math.min(1, level + 0.04) : null,
    service_level_offered: offered ? level - 0.03 : null,
    service_level_abandons_met: offered ? level + 0.01 : null,
    abandonment_rate: over(abandoned, offered),
    asa_seconds: answered ? wait : null,
    longest_wait_seconds: offered ? wait * 9 : null,
    wait_p50_seconds: offered ? wait * 0.7 : null,
    wait_p80_seconds: offered ? wait * 1.6 : null,
    wait_p90_seconds: offered ? wait * 2.5 : null,
    wait_p95_seconds: offered ? wait * 3.8 : null,
    handled: answered,
    aht_seconds: answered ? talk + hold + wrap : null,
    average_talk_seconds: answered ? talk : null,
    average_hold_seconds: answered ? hold : null,
    average_wrap_up_seconds: answered ? wrap : null,
    talk_seconds: answered * talk,
    hold_seconds: answered * hold,
    wrap_up_seconds: answered * wrap,
    held_rate: answered ? part("held", 0.1, 0.3) : null,
    hold_share: answered ? hold / (talk + hold) : null,
    transfers: Math.round(answered * 0.05),
    transfer_rate: over(Math.round(answered * 0.05), answered),
    rings: Math.round(answered * 1.1),
    rings_not_answered: Math.round(answered * 0.07),
    rings_rejected: 1,
    ring_no_answer_rate: answered ? part("rna", 0.01, 0.12) : null,
    signed_in_seconds: signed,
    ready_seconds: Math.max(0, signed * 0.9 - busy),
    ringing_seconds: answered * 5,
    talking_seconds: answered * talk,
    on_hold_seconds: answered * hold,
    wrapping_up_seconds: answered * wrap,
    paused_seconds: signed * 0.1,
    away_seconds: signed * 0.08,
    unreachable_seconds: 0,
    occupancy: signed ? Math.min(0.98, busy / signed) : null,
    handled_per_hour: over(answered * HOUR, signed),
    agents_over_target_rate: part("over", 0.4, 0.9),
    away_spells: Math.round(hours / 2),
    away_compliance: signed ? part("away", 0.55, 1) : null,
    callback_attempts: 4,
    callback_reached: 2,
    callback_reach_rate: 0.5,
    callback_talks: 2,
    callback_length_rate: 1,
  };
}

export function reportRoutes({ now, problem, queues, teams, names, reasons, calls, lists }) {
  const agents = names.map((name, i) => ({ id: String(1001 + i), name, team: teams[i % teams.length] }));
  const subjectsOf = {
    queues: Object.entries(queues).map(([queue, name], i) => ({
      id: `pbx1/${queue}`,
      name,
      pbx: "pbx1",
      queue,
      team: "",
      scale: [0.4, 0.3, 0.1, 0.2][i],
    })),
    agents: agents.map((agent) => ({
      ...agent,
      pbx: "",
      agent: agent.id,
      scale: 0.6 / names.length + 0.05 * luck(agent.id),
    })),
    teams: teams.map((team) => ({ id: team, name: team, pbx: "", team, scale: 1 / teams.length })),
  };

  function countsOf(subject, span, kind, chosen, wanted, withReasons) {
    const all = intervalsOf(kind, span.from, span.to);
    const hours = (bounds) =>
      bounds.start === null
        ? kind === "weekday"
          ? load(midnight(18999 - 3 + bounds.index), midnight(19000 - 3 + bounds.index))
          : CURVE[bounds.index] * 5
        : load(bounds.start, Math.min(bounds.end, now()));
    const only = (figures) => Object.fromEntries(wanted.map((id) => [id, figures[id] ?? null]));
    const rows = chosen.flatMap(({ scale, ...row }) =>
      all.flatMap((bounds) => {
        const spent = hours(bounds);
        if (spent === 0) return [];
        const figures = only(figuresOf(`${row.id} ${bounds.start}`, spent, scale));
        const of = withReasons
          ? { reasons: Object.fromEntries(reasons.slice(0, 3).map(([code], i) => [code, spent * (200 + 300 * i)])) }
          : {};
        return [{ ...row, ...bounds, figures, ...of }];
      }),
    );
    const scale = chosen.reduce((sum, one) => sum + one.scale, 0);
    return {
      ...span,
      intervals: all,
      rows,
      totals: only(figuresOf(`${subject} ${span.from}`, load(span.from, Math.min(span.to, now())), scale)),
      interval_totals:
        kind === "none"
          ? []
          : all.map((bounds) => ({ ...bounds, figures: only(figuresOf(`all ${bounds.start}`, hours(bounds), scale)) })),
    };
  }

  function report(m, q) {
    const subject = m[1];
    const span = spanOf(q);
    const kind = q.get("interval") || "none";
    const wanted = (q.get("figures") ?? "").split(",").filter(Boolean);
    if (span.to <= span.from) return problem(422, "bad_input", "to must be after from", "to");
    const chosen = subjectsOf[subject].filter(
      (one) =>
        (!q.get("queue") || subject !== "queues" || one.queue === q.get("queue")) &&
        (!q.get("agent") || one.agent === q.get("agent")) &&
        (!q.get("team") || one.team === q.get("team")),
    );
    if (load(span.from, Math.min(span.to, now())) === 0) chosen.length = 0;
    const withReasons = q.get("reasons") === "1";
    const before = { from: 2 * span.from - span.to, to: span.from };
    return [
      200,
      {
        subject,
        interval: kind,
        timezone: "Asia/Shanghai",
        is_running: span.to > now(),
        figures: wanted,
        ...countsOf(subject, span, kind, chosen, wanted, withReasons),
        previous: q.get("compare") === "previous" ? countsOf(subject, before, kind, chosen, wanted, false) : null,
      },
    ];
  }

  function rows(m, q) {
    const kind = /talk|hold|wrap|handled|aht|transfer/.test(m[1])
      ? "conversations"
      : /ring/.test(m[1])
        ? "rings"
        : /paused|away|ready|signed|occupancy|unreach/.test(m[1])
          ? "spells"
          : "visits";
    const start = Number(q.get("cursor") ?? 0);
    const hits = calls.filter((call) => call.queues.length > 0);
    const found = hits.slice(start, start + 50).map((call, i) => ({
      id: start + i,
      kind,
      value: 1,
      pbx: "pbx1",
      call_id: kind === "spells" ? null : call.call_id,
      queue: call.queues[0],
      number: call.number,
      agent_number: call.agents[0]?.number ?? "",
      agent_name: call.agents[0]?.name ?? "",
      team: "",
      interface: "PJSIP/1001",
      at: call.started_at,
      until: call.ended_at,
      is_certain: i !== 3,
      reason: kind === "spells" ? "meal" : "",
      outcome: { visits: call.outcome, rings: "not_answered", conversations: "caller", spells: "paused" }[kind],
      seconds: { wait: call.wait_seconds, ring: 12, talk: call.talk_seconds ?? 0, hold: 3, wrap_up: 20, spell: 900 },
    }));
    const next = start + 50 < hits.length ? String(start + 50) : null;
    return [
      200,
      { figure: m[1], part: q.get("part"), kind, count: hits.length, total: hits.length, rows: found, next },
    ];
  }

  function heatmap(_m, q) {
    const figure = q.get("figure") || "offered";
    const cells = [];
    for (let weekday = 1; weekday <= 7; weekday += 1) {
      CURVE.forEach((part, hour) => {
        if (part === 0) return;
        const scale = (weekday > 5 ? 0.45 : 1) * part;
        cells.push({ weekday, hour, value: figuresOf(`heat ${weekday} ${hour}`, scale, 1)[figure] });
      });
    }
    return [200, { figure, timezone: "Asia/Shanghai", cells }];
  }

  function staffing(_m, q) {
    const span = spanOf(q);
    const rowsOf = intervalsOf(q.get("interval") || "30m", span.from, span.to)
      .filter(({ start }) => start < now())
      .map(({ start, end }) => {
        const offered = Math.round(load(start, end) * 24);
        const erlangs = (offered * 184) / (end - start);
        const seats_needed = offered ? Math.ceil(erlangs + 1.2 * Math.sqrt(erlangs) + 0.5) : 0;
        const seats_there = offered ? Math.max(1, seats_needed + Math.round((luck(start) - 0.55) * 6) / 2) : 0;
        const expected = { service_level: 0.83, asa_seconds: 11, occupancy: 0.78, abandonment_rate: null };
        return {
          start,
          end,
          offered,
          answered: offered,
          abandoned: 0,
          service_level: offered ? 0.7 + luck(start) * 0.3 : null,
          aht_seconds: 184,
          aht_is_of_span: offered === 0,
          erlangs,
          seats_needed,
          seats_scheduled: Math.ceil(seats_needed / (1 - Number(q.get("shrinkage")))),
          seats_there,
          difference: seats_there - seats_needed,
          expected,
          expected_there: seats_there ? { ...expected, service_level: 0.6 + luck(start) * 0.35 } : null,
        };
      });
    const hours = (name) => rowsOf.reduce((sum, row) => sum + (row[name] * (row.end - row.start)) / HOUR, 0);
    return [
      200,
      {
        queue: q.get("queue"),
        pbx: "pbx1",
        model: q.get("model"),
        target: 0.8,
        threshold_seconds: 15,
        shrinkage: Number(q.get("shrinkage")),
        max_occupancy: 0.9,
        patience_seconds: 95.2,
        aht_seconds: 184,
        rows: rowsOf,
        totals: {
          offered: 0,
          seat_hours_needed: hours("seats_needed"),
          seat_hours_scheduled: hours("seats_scheduled"),
          seat_hours_there: hours("seats_there"),
          intervals_short: rowsOf.filter((row) => row.difference < 0).length,
        },
      },
    ];
  }

  const RULES = [
    [
      "short_pauses",
      "Short pauses",
      "频繁短暂示忙",
      "pauses of under a minute, again and again",
      "反复示忙且不足一分钟",
      4,
    ],
    [
      "lets_calls_ring_out",
      "Lets calls ring out",
      "振铃不接",
      "rings that ran out within an hour",
      "一小时内振铃未接的次数",
      3,
    ],
    ["signs_in_and_out", "Signs in and out", "频繁签入签出", "sign-ins within an hour", "一小时内签入的次数", 4],
  ].map(([id, label_en, label_zh, rule_en, rule_zh, limit]) => ({
    id,
    label_en,
    label_zh,
    rule_en,
    rule_zh,
    limit,
    unit: "count",
    window_seconds: HOUR,
  }));

  function actions(_m, q) {
    const { from } = spanOf(q);
    const agent = agents.find(({ id }) => id === q.get("agent"));
    const done = [];
    const add = (kind, since, seconds, more = {}) => {
      const base = { id: `a-${done.length}`, kind, pbx: "pbx1", interface: `PJSIP/${agent.id}`, since, seconds };
      const rest = {
        until: since + seconds,
        reason: "",
        outcome: null,
        queue: "",
        number: "",
        call_id: null,
        goes_on: false,
        is_callback: false,
        is_certain: true,
      };
      done.push({ ...base, ...rest, ...more });
      return since + seconds;
    };
    let at = from + 9 * HOUR + 120;
    add("signed_in", at, 0);
    for (let i = 0; at < from + 17 * HOUR && at < now(); i += 1) {
      const call = calls[i % calls.length];
      const of = { queue: "sales", number: call.number, call_id: call.call_id };
      at = add("ready", at, 60 + luck(agent.id, i) * 400);
      if (i % 9 === 8 || (i > 20 && i < 27)) at = add("pause", at, i > 20 && i < 27 ? 30 : 1200, { reason: "meal" });
      else if (i % 7 === 5) at = add("ring", at, 18, { ...of, outcome: "not_answered" });
      else {
        at = add("ring", at, 6, { ...of, outcome: "answered" });
        at = add("talk", at, 60 + luck(i) * 300, { ...of, hold_seconds: i % 3 ? 0 : 14 });
        at = add("wrap_up", at, 30, of);
      }
    }
    if (at < now()) add("signed_out", at, 0);
    const marked = (rule, of) => ({
      rule,
      count: of.length,
      limit: 4,
      since: of[0].since,
      until: of.at(-1).until,
      actions: of.map(({ id }) => id),
    });
    const short = done.filter(({ kind, seconds }) => kind === "pause" && seconds < 60);
    const out = done.filter(({ kind, outcome }) => kind === "ring" && outcome === "not_answered").slice(0, 4);
    const patterns = [
      ...(short.length ? [marked("short_pauses", short)] : []),
      ...(out.length > 2 ? [marked("lets_calls_ring_out", out)] : []),
    ];
    return [200, { agent: { number: agent.id, name: agent.name }, actions: done, patterns }];
  }

  function patterns(_m, q) {
    const { from, to } = spanOf(q);
    const days = [];
    for (let at = Math.min(to, now()) - 1; at > from; at -= DAY) {
      for (const agent of agents) {
        if (luck(agent.id, iso(at)) > 0.2 || (q.get("team") && agent.team !== q.get("team"))) continue;
        const some = RULES.filter((_, i) => i === 0 || luck(agent.id, i, iso(at)) > 0.6);
        const of = some.map(({ id, limit }) => ({
          rule: id,
          count: limit + 2,
          limit,
          since: at,
          until: at,
          actions: [],
        }));
        days.push({ day: iso(at), agent_number: agent.id, agent_name: agent.name, team: agent.team, patterns: of });
      }
    }
    return [200, { rules: RULES, days }];
  }

  function abandoned(_m, q) {
    const { from, to } = spanOf(q);
    const all = calls
      .filter(({ outcome, started_at }) => outcome === "abandoned" && started_at >= from && started_at < to)
      .map((call, i) => ({
        id: i + 1,
        pbx: "pbx1",
        call_id: call.call_id,
        queue: call.queues[0],
        number: i === 2 ? "" : call.number,
        caller_name: call.caller_name,
        joined_at: call.started_at,
        ended_at: call.ended_at,
        wait_seconds: call.wait_seconds,
        is_short: call.wait_seconds < 5,
        called_back:
          i % 3 === 0
            ? null
            : {
                kind: ["conversation", "attempt", "visit"][i % 3],
                at: call.ended_at + 900,
                agent_number: "1003",
                agent_name: "Zhang Min",
                pbx: "pbx1",
                call_id: call.call_id,
                is_reached: i % 2 === 0,
              },
      }))
      .filter((one) => !q.get("queue") || one.queue === q.get("queue"));
    const state = q.get("state");
    const callers = all.filter((one) => !state || (state === "open") === (one.called_back === null));
    const open = all.filter((one) => one.called_back === null).length;
    return [200, { callers, next: null, totals: { callers: all.length, called_back: all.length - open, open } }];
  }

  const saved = [];
  const run = (report_, state, detail) => ({
    id: Math.random(),
    due_at: now() - 4000,
    began_at: now() - 4000,
    ended_at: now() - 3990,
    state,
    asked_by: null,
    detail,
    file: "",
    dates: { from: iso(now() - DAY), to: iso(now() - DAY) },
    report: report_,
  });
  const add = (fields, owner, isMine) => {
    const report_ = {
      id: saved.length + 1,
      owner,
      is_mine: isMine,
      is_shared: false,
      interval: "none",
      compare: false,
      queue: "",
      agent: "",
      team: "",
      figures: [],
      language: "en",
      schedule: null,
      created_at: now(),
      changed_at: now(),
      next_run_at: null,
      last_run: null,
      dates: { from: iso(now() - DAY), to: iso(now() - DAY) },
      ...fields,
    };
    saved.push(report_);
    return report_;
  };
  const every = {
    every: "day",
    weekday: null,
    day: null,
    time: "07:00",
    format: "xlsx",
    recipients: ["lead@example.org"],
    folder: "",
    is_enabled: true,
  };
  const daily = add({ name: "Yesterday by queue", subject: "queues", span: "yesterday", schedule: every }, "you", true);
  daily.last_run = run(daily.id, "sent", "to lead@example.org");
  daily.next_run_at = now() + 40_000;
  const weekly = { ...every, every: "week", weekday: 1, folder: "weekly", is_enabled: true };
  const team = add(
    { name: "班组周报", subject: "teams", span: "last_week", is_shared: true, schedule: weekly, compare: true },
    "wang",
    false,
  );
  team.last_run = run(team.id, "failed", "the mail server refused the recipient lead@example.org");
  const found = (m) => saved.find(({ id }) => String(id) === m[1]);

  return [
    ["GET", /^\/api\/reports\/(queues|agents|teams)$/, report],
    ["GET", /^\/api\/reports\/rows\/(\w+)$/, rows],
    ["GET", /^\/api\/reports\/heatmap$/, heatmap],
    ["GET", /^\/api\/reports\/staffing$/, staffing],
    ["GET", /^\/api\/reports\/actions$/, actions],
    ["GET", /^\/api\/reports\/patterns$/, patterns],
    ["GET", /^\/api\/reports\/abandoned$/, abandoned],
    [
      "POST",
      /^\/api\/reports\/abandoned\/callbacks$/,
      (_m, _q, body) =>
        lists.some(({ id }) => id === String(body.list_id))
          ? [
              200,
              {
                added: body.visits.slice(1).map((visit) => ({ visit, number: "+8613800001111" })),
                refused: body.visits
                  .slice(0, 1)
                  .map((visit) => ({ visit, number: "+8613800002222", code: "from_list", reason: "on the list" })),
              },
            ]
          : problem(404, "not_found", "No such list."),
    ],
    ["GET", /^\/api\/reports\/saved$/, () => [200, { reports: saved }]],
    ["POST", /^\/api\/reports\/saved$/, (_m, _q, body) => [201, add(body, "you", true)]],
    ["PATCH", /^\/api\/reports\/saved\/(\d+)$/, (m, _q, body) => [200, Object.assign(found(m), body)]],
    [
      "DELETE",
      /^\/api\/reports\/saved\/(\d+)$/,
      (m) => {
        saved.splice(saved.indexOf(found(m)), 1);
        return [204, null];
      },
    ],
    [
      "POST",
      /^\/api\/reports\/saved\/(\d+)\/send$/,
      (m) => {
        found(m).last_run = run(m[1], "sent", "to lead@example.org");
        return [200, found(m).last_run];
      },
    ],
    [
      "GET",
      /^\/api\/reports\/saved\/(\d+)\/runs$/,
      (m) => [200, { runs: [found(m).last_run, run(m[1], "sent", "")].filter(Boolean), next: null }],
    ],
  ];
}
