/** Imports and the do-not-call list, as the real server answers (docs/api.md, Imports). */

const ROLES = [
  "number",
  "other_number",
  "name",
  "priority",
  "owner_agent",
  "time_zone",
  "due_date",
  "attribute",
  "ignore",
];
const BAN_ROLES = ["number", "expires", "source", "note", "ignore"];
const ERRORS = [
  { line: 4, column: "手机", value: "12ab", code: "not_a_number", reason: "not a phone number" },
  { line: 9, column: "手机", value: "", code: "no_number", reason: "no number" },
];
const row = (line, number, name) => ({
  line,
  values: [number, name, "C-1024", "2026-11-01"],
  row: {
    number: `+86${number}`,
    name,
    attributes: { 合同: "C-1024" },
    other_numbers: [],
    priority: null,
    owner_agent: "1001",
    time_zones: "Asia/Shanghai",
    due_at: null,
    is_prefix: false,
    level: "",
    reference: "",
    note: "",
    labels: [],
    consent: "",
    consent_at: null,
    consent_how: "",
    do_not_call: false,
  },
  error: null,
  duplicate: "",
});
const PREVIEW = [
  row(2, "13800138000", "王小明"),
  row(3, "13800138001", "Li Na"),
  { line: 4, values: ["12ab", "Bea", "C-7", ""], row: null, error: ERRORS[0], duplicate: "" },
  { ...row(5, "13800138000", "王小明"), duplicate: "from_file" },
];

export function importRoutes({ now }) {
  const jobs = [];
  const rules = [];
  const bans = [
    ["+8613800138000", false, "regulator", "asked on the phone"],
    ["+8610", true, "register.csv", ""],
  ].map(([number, is_prefix, source, note], at) => ({
    id: at + 1,
    number,
    is_prefix,
    expires_at: at ? null : now() + 86400 * 90,
    source,
    note,
    created_at: now() - 86400 * (at + 1),
    created_by: "supervisor",
  }));
  function draft(listId) {
    const isBans = listId === null;
    const columns = isBans ? ["number", "expires", "note"] : ["手机", "姓名", "合同", "合同日期"];
    const roles = isBans ? ["number", "expires", "note"] : ["number", "name", "attribute", "attribute"];
    const options = {
      columns: roles,
      region: "",
      extensions: "refuse",
      due_days: 0,
      duplicates: "skip",
      other_lists: "allow",
      skip_bad: false,
    };
    const job = {
      id: jobs.length + 1,
      list_id: listId,
      kind: isBans ? "do_not_call" : "targets",
      file_name: "renewals 续保.csv",
      state: "draft",
      columns,
      roles: isBans ? BAN_ROLES : ROLES,
      options,
      progress: null,
      counts: null,
      detail: "",
      created_at: now(),
      created_by: "supervisor",
      began_at: null,
      ended_at: null,
      errors: [],
      duplicates: [],
    };
    jobs.push(job);
    return [201, job];
  }
  function look(job) {
    if (job.state !== "running") return job;
    const share = (now() - job.began_at) / 4;
    job.progress = {
      phase: share < 0.7 ? "checking" : "saving",
      done: Math.min(24000, Math.round(24000 * share)),
      total: 24000,
    };
    if (share >= 1) {
      const isRefused = !job.options.skip_bad;
      Object.assign(job, { state: isRefused ? "refused" : "done", progress: null, ended_at: now(), errors: ERRORS });
      job.counts = { rows: 24000, imported: isRefused ? 0 : 23997, merged: 0, errors: 2, duplicates: 1 };
      job.duplicates = [{ line: 12, number: "+8613812345678", code: "from_file", first_line: 3 }];
    }
    return job;
  }
  const find = (id) => jobs.find((job) => job.id === Number(id));
  return [
    ["POST", /^\/api\/lists\/(\d+)\/imports$/, (m) => draft(m[1])],
    [
      "GET",
      /^\/api\/lists\/(\d+)\/imports$/,
      (m) => [200, { imports: jobs.filter((j) => j.list_id === m[1]).reverse() }],
    ],
    ["POST", /^\/api\/do-not-call\/imports$/, () => draft(null)],
    [
      "GET",
      /^\/api\/do-not-call\/imports$/,
      () => [200, { imports: jobs.filter((j) => j.list_id === null).reverse() }],
    ],
    ["GET", /^\/api\/imports\/(\d+)$/, (m) => [200, look(find(m[1]))]],
    ["POST", /^\/api\/imports\/(\d+)\/preview$/, () => [200, { rows: PREVIEW }]],
    [
      "POST",
      /^\/api\/imports\/(\d+)\/start$/,
      (m, _q, body) => [
        202,
        Object.assign(find(m[1]), { state: "running", began_at: now(), options: body, errors: [] }),
      ],
    ],
    ["GET", /^\/api\/lists\/(\d+)\/fill-rules$/, (m) => [200, { rules: rules.filter((r) => r.list_id === m[1]) }]],
    [
      "POST",
      /^\/api\/lists\/(\d+)\/fill-rules$/,
      (m, _q, body) => {
        const rule = {
          ...body,
          id: rules.length + 1,
          list_id: m[1],
          is_enabled: true,
          added: 3,
          refused: 0,
          looked_at: now(),
        };
        rules.push(rule);
        return [201, rule];
      },
    ],
    [
      "GET",
      /^\/api\/do-not-call$/,
      (_m, q) => {
        const found = bans.filter((ban) => ban.number.startsWith(q.get("number") ?? ""));
        return [200, { entries: found, count: found.length, next: null }];
      },
    ],
    ["POST", /^\/api\/do-not-call$/, () => [201, { added: 1 }]],
    ["DELETE", /^\/api\/do-not-call\/(\d+)$/, () => [204, null]],
  ];
}
