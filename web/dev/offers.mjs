/** Offers to an agent, their records, and targets that wait for a decision, as the real server answers (docs/api.md). */

const QUESTIONS = [
  { id: "pleased", kind: "scale", label: "How pleased is the customer?", minimum: 1, maximum: 5, is_required: true },
  { id: "needs", kind: "text", label: "New needs" },
];
const FORM = { id: 1, version: 1, questions: QUESTIONS, created_at: 1e9, created_by: "admin" };
const RINGS_SECONDS = 6;
const TALKS_SECONDS = 20;
const MOST_OFFERS = 4;

export function offerRoutes({ now, problem, lists, targets, number, names, offerSeconds, ring }) {
  let offer = null;
  let sheet = null;
  let offers = 0;
  let completed = 3;
  const conflict = (text) => problem(409, "conflict", text);
  /** Takes back what nobody answered, lets the call end. */
  const look = () => {
    if (offer && now() >= offer.until) offer = null;
    const attempt = sheet?.attempt;
    if (!attempt) return;
    const age = now() - attempt.placed_at;
    if (age < RINGS_SECONDS + TALKS_SECONDS) return;
    attempt.ended_at ??= now();
    Object.assign(attempt, { answered_at: attempt.placed_at + RINGS_SECONDS, outcome: "reached" });
  };
  const isTalking = () => sheet?.attempt && sheet.attempt.ended_at === null;
  const made = (agent) => {
    offers += 1;
    const isPersonal = offers % 2 === 1;
    const dialled = number();
    const target = {
      id: 9000 + offers,
      number: dialled,
      dial_number: dialled,
      time_zones: "Asia/Shanghai",
      name: names[offers % names.length],
      attributes: { Contract: `C-${2000 + offers}`, 产品: "家庭财产保险", Agreed: "Renewal at the end of the month" },
      state: "offered",
      attempts: isPersonal ? 2 : 0,
      owner_agent: isPersonal ? agent : "",
    };
    const history = [
      { placed_at: now() - 5400, outcome: "busy", agent_number: "1002" },
      { placed_at: now() - 90000, outcome: "no_answer", agent_number: "" },
    ];
    return {
      id: offers,
      agent_number: agent,
      offered_at: now(),
      until: now() + offerSeconds,
      is_personal: isPersonal,
      sheet: { list: { id: "1", name: "November renewals" }, target, attempt: null, form: FORM, record: null },
      history: isPersonal ? history : [],
    };
  };
  const accept = () => {
    const placed = {
      id: 5000 + offer.id,
      number: offer.sheet.target.number,
      placed_at: now(),
      answered_at: null,
      ended_at: null,
      outcome: null,
      agent_number: offer.agent_number,
      pbx: "pbx1",
      call_id: null,
    };
    sheet = { ...offer.sheet, attempt: placed };
    offer = null;
    ring(placed.agent_number, RINGS_SECONDS);
    return [200, { attempt: placed.id }];
  };
  const answered = (m, answer) => {
    look();
    return offer?.id === Number(m[1]) ? answer() : conflict("The time of this callback ran out; ask for the next one");
  };
  return [
    [
      "GET",
      /^\/api\/callbacks\/mine$/,
      () => {
        look();
        return [200, { sheet, offer, standing: { completed, goal: 12, rank: 2, agents: 9 } }];
      },
    ],
    [
      "POST",
      /^\/api\/offers$/,
      (_m, _q, body) => {
        look();
        if (isTalking()) return conflict(`Agent ${body.agent_number} is on a call; hang up first`);
        if (!offer && offers < MOST_OFFERS) offer = made(body.agent_number);
        return [200, { offer }];
      },
    ],
    ["POST", /^\/api\/offers\/(\d+)\/accept$/, (m) => answered(m, accept)],
    [
      "POST",
      /^\/api\/offers\/(\d+)\/skip$/,
      (m) =>
        answered(m, () => {
          offer = null;
          return [204, null];
        }),
    ],
    [
      "GET",
      /^\/api\/attempts\/(\d+)\/sheet$/,
      (m) => {
        look();
        return sheet?.attempt.id === Number(m[1]) ? [200, sheet] : problem(404, "not_found", "No such attempt.");
      },
    ],
    [
      "PUT",
      /^\/api\/attempts\/(\d+)\/record$/,
      (_m, _q, body) => {
        if (!sheet.record) completed += 1;
        sheet = { ...sheet, record: { ...body, filled_at: now(), changed_at: now(), filled_by: "admin" } };
        return [200, sheet];
      },
    ],
    [
      "POST",
      /^\/api\/lists\/(\d+)\/targets\/(\d+)\/decision$/,
      (m, _q, body) => {
        const target = targets.find((one) => one.id === Number(m[2]));
        if (target?.state !== "asking") return conflict(`The target is ${target?.state}; nobody is asked about it`);
        target.state = body.decision === "call" ? "open" : "closed";
        lists.find((one) => one.id === m[1]).asking -= 1;
        return [204, null];
      },
    ],
  ];
}
