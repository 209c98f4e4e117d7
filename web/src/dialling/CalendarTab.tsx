import { ActionIcon, Button, Modal, SegmentedControl, Switch, TextInput } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useMay } from "../api/queries";
import type { CallbackList, ListCalendar, Span } from "../api/shapes";
import { useWeekdays } from "../callbacks/ListForm";
import { useLanguage } from "../i18n";
import { Failure } from "../parts/Failure";
import { useTell } from "../parts/useTell";
import { RowsSkeleton } from "../parts/Waiting";
import { useToday } from "../reports/useToday";
import classes from "./Dialling.module.css";
import { type CalendarDay, calendarOf, gridStart, useDays, useSaveCalendar, withException } from "./dialling";

const WEEKS = 6;

/** `2026-11-25` in words; a date of the calendar, whatever zone. */
function useDateWord(options: Intl.DateTimeFormatOptions): (date: string) => string {
  const language = useLanguage();
  const format = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { ...options, timeZone: "UTC" });
  return (date) => format.format(Date.parse(date));
}

const SWITCHES = ["skips_holidays", "works_make_up_days", "uses_customer_clock"] as const;

interface EditProps {
  calendar: ListCalendar;
  save: ReturnType<typeof useSaveCalendar>;
}

function Settings({ calendar, save }: EditProps) {
  const { t } = useTranslation();
  const tell = useTell();
  const mayRun = useMay("run_lists");
  const [region, setRegion] = useState(calendar.region);
  const put = (fields: Partial<ListCalendar>) => save.mutate({ ...calendar, ...fields }, { onError: tell.failure });
  return (
    <div className={classes.settings}>
      <TextInput
        size="xs"
        label={t("calendar.region")}
        description={t("calendar.regionHint")}
        maxLength={10}
        disabled={!mayRun}
        value={region}
        onChange={(event) => setRegion(event.currentTarget.value.toUpperCase())}
        onBlur={() => region !== calendar.region && put({ region: region.trim() })}
      />
      {SWITCHES.map((name) => (
        <Switch
          key={name}
          size="sm"
          label={t(`calendar.${name}`)}
          disabled={!mayRun}
          checked={calendar[name]}
          onChange={(event) => put({ [name]: event.currentTarget.checked })}
        />
      ))}
    </div>
  );
}

function Marks({ day }: { day: CalendarDay }) {
  const { t } = useTranslation();
  const weekdays = useWeekdays();
  const replaced = day.replaces_weekday === null ? "" : (weekdays[day.replaces_weekday - 1]?.label ?? "");
  return (
    <>
      {day.holiday && (
        <span className={classes.mark} data-kind="holiday">
          {day.holiday}
        </span>
      )}
      {day.replaces_weekday !== null && (
        <span className={classes.mark} data-kind="makesUp">
          {t("calendar.makesUp", { weekday: replaced })}
        </span>
      )}
      {day.exception && (
        <span className={classes.mark} data-kind="exception">
          {day.exception.note || t("calendar.exception")}
        </span>
      )}
    </>
  );
}

interface DayProps {
  day: CalendarDay;
  month: string;
  onEdit: (() => void) | null;
}

function Day({ day, month, onEdit }: DayProps) {
  const { t } = useTranslation();
  const today = useToday();
  const same = {
    className: classes.day,
    "data-open": day.windows.length > 0,
    "data-other": !day.date.startsWith(month),
    "data-today": day.date === today,
  };
  const inside = (
    <>
      <strong className="num">{Number(day.date.slice(8))}</strong>
      {day.windows.map(({ from, until }) => (
        <span key={from} className="num">
          {from}–{until}
        </span>
      ))}
      {day.windows.length === 0 && <span>{t("calendar.closed")}</span>}
      <Marks day={day} />
    </>
  );
  if (!onEdit) return <div {...same}>{inside}</div>;
  return (
    <button type="button" {...same} data-date={day.date} onClick={onEdit}>
      {inside}
    </button>
  );
}

function Month({ days, month, onEdit }: { days: CalendarDay[]; month: string; onEdit: (day: CalendarDay) => void }) {
  const { t } = useTranslation();
  const mayRun = useMay("run_lists");
  const weekdays = useWeekdays();
  const weeks = Array.from({ length: WEEKS }, (_, week) => days.slice(week * 7, week * 7 + 7));
  return (
    <table className={classes.grid} aria-label={t("calendar.title")}>
      <thead>
        <tr>
          {weekdays.map(({ value, label }) => (
            <th key={value} scope="col">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]?.date}>
            {week.map((day) => (
              <td key={day.date}>
                <Day day={day} month={month} onEdit={mayRun ? () => onEdit(day) : null} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Spans({
  spans,
  put,
}: {
  spans: (Span & { key: number })[];
  put: (spans: (Span & { key: number })[]) => void;
}) {
  const { t } = useTranslation();
  const edit = (key: number, fields: Partial<Span>) =>
    put(spans.map((span) => (span.key === key ? { ...span, ...fields } : span)));
  const next = Math.max(0, ...spans.map(({ key }) => key)) + 1;
  return (
    <div className={classes.form}>
      {spans.map((span) => (
        <div key={span.key} className={classes.span}>
          {(["from", "until"] as const).map((edge) => (
            <TextInput
              key={edge}
              type="time"
              size="xs"
              aria-label={t(edge === "from" ? "calls.from" : "calls.to")}
              value={span[edge]}
              onChange={(event) => edit(span.key, { [edge]: event.currentTarget.value })}
            />
          ))}
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t("callbacks.removeWindow")}
            onClick={() => put(spans.filter(({ key }) => key !== span.key))}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </div>
      ))}
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconPlus size={13} />}
        onClick={() => put([...spans, { key: next, from: "09:00", until: "12:00" }])}
      >
        {t("callbacks.addWindow")}
      </Button>
    </div>
  );
}

/** The end of a day: 24:00 for the server, 00:00 in a field for times. */
const MIDNIGHT = "24:00";
const asTyped = (until: string) => (until === MIDNIGHT ? "00:00" : until);
const asSent = (until: string) => (until === "00:00" ? MIDNIGHT : until);

type How = "usual" | "closed" | "windows";

function DayDialog({ day, calendar, save, onClose }: EditProps & { day: CalendarDay; onClose: () => void }) {
  const { t } = useTranslation();
  const word = useDateWord({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const { exception } = day;
  const first: How = !exception ? "usual" : exception.windows.length > 0 ? "windows" : "closed";
  const [how, setHow] = useState<How>(first);
  const [note, setNote] = useState(exception?.note ?? "");
  const [spans, setSpans] = useState(() =>
    (exception?.windows ?? day.windows).map((span, key) => ({ key, from: span.from, until: asTyped(span.until) })),
  );
  const windows = spans.map(({ from, until }) => ({ from, until: asSent(until) }));
  const isWrong =
    how === "windows" && (windows.length === 0 || windows.some(({ from, until }) => !from || from >= until));
  const send = () =>
    save.mutate(
      withException(
        calendar,
        day.date,
        how === "usual" ? null : { date: day.date, windows: how === "windows" ? windows : [], note: note.trim() },
      ),
      { onSuccess: onClose },
    );
  return (
    <Modal opened onClose={onClose} title={word(day.date)} closeButtonProps={{ "aria-label": t("frame.close") }}>
      <div className={classes.form}>
        <SegmentedControl
          aria-label={t("calendar.how")}
          value={how}
          onChange={(value) => setHow(value as How)}
          data={(["usual", "closed", "windows"] as const).map((value) => ({
            value,
            label: t(`calendar.hows.${value}`),
          }))}
        />
        {how === "windows" && <Spans spans={spans} put={setSpans} />}
        {how !== "usual" && (
          <TextInput
            label={t("calendar.note")}
            maxLength={200}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
        )}
        {isWrong && <p role="alert">{t("callbacks.fault.windows")}</p>}
        {save.isError && <Failure error={save.error} />}
        <div className={classes.actions}>
          <Button variant="default" onClick={onClose}>
            {t("callbacks.cancel")}
          </Button>
          <Button disabled={isWrong} loading={save.isPending} onClick={send}>
            {t("callbacks.save")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

/** When a list may call, day by day: its windows, holidays, make-up days, and the exceptions made here. */
export function CalendarTab({ list }: { list: CallbackList }) {
  const { t } = useTranslation();
  const format = useFormat();
  const today = useToday();
  const [months, setMonths] = useState(0);
  const [editing, edit] = useState<CalendarDay | null>(null);
  const { month, from } = gridStart(today, months);
  const days = useDays(String(list.id), from, WEEKS * 7);
  const save = useSaveCalendar(String(list.id));
  const calendar = calendarOf(list);
  return (
    <div className={classes.calendar}>
      <Settings key={calendar.region} calendar={calendar} save={save} />
      <div className={classes.monthHead}>
        <ActionIcon variant="default" aria-label={t("calendar.earlier")} onClick={() => setMonths(months - 1)}>
          <IconChevronLeft size={16} />
        </ActionIcon>
        <strong>{format.month(Date.parse(`${month}-15`) / 1000)}</strong>
        <ActionIcon variant="default" aria-label={t("calendar.later")} onClick={() => setMonths(months + 1)}>
          <IconChevronRight size={16} />
        </ActionIcon>
      </div>
      {days.isPending && <RowsSkeleton rows={6} />}
      {days.isError && <Failure error={days.error} onRetry={() => void days.refetch()} />}
      {days.data && <Month days={days.data} month={month} onEdit={edit} />}
      {editing && (
        <DayDialog
          key={editing.date}
          day={editing}
          calendar={calendar}
          save={save}
          onClose={() => {
            save.reset();
            edit(null);
          }}
        />
      )}
    </div>
  );
}
