import { Button } from "@mantine/core";
import { IconArrowUp, IconMicrophone, IconRefresh } from "@tabler/icons-react";
import { type InfiniteData, useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "wouter";
import { ask } from "../api/client";
import { queryClient, useFormat, useMay, useQueueWord, useZone } from "../api/queries";
import type { Call } from "../api/shapes";
import { ExportTools } from "../exports/ExportTools";
import { duration, NOTHING } from "../format";
import { serverNow } from "../live/clock";
import { DirectionArrow } from "../parts/DirectionArrow";
import { Failure } from "../parts/Failure";
import { MoreButton } from "../parts/MoreButton";
import { Outcome } from "../parts/Outcome";
import table from "../parts/Table.module.css";
import { useTitle } from "../parts/useTitle";
import { Empty, RowsSkeleton } from "../parts/Waiting";
import { CallSearch } from "./CallSearch";
import classes from "./CallsPage.module.css";
import { useFilterWord } from "./facets";
import { type CallsPart, countNewer, filledIn, isAnyFresh } from "./fresh";
import { callPath } from "./path";
import {
  askedOf,
  type Field,
  isNarrowed,
  readSearch,
  type Search,
  setFields,
  without,
  withoutFilters,
  writeSearch,
} from "./search";

/** How soon to look again while more of the calls shown is to come. */
const AGAIN_MS = 5000;

function useAskCalls(search: Search): (cursor: string) => Promise<CallsPart> {
  const zone = useZone();
  return (cursor) => {
    const asked = askedOf(search, zone, Date.now() / 1000);
    return ask("GET /api/calls", { query: { ...asked, cursor, limit: 50 } });
  };
}

function useCalls(search: Search) {
  const askCalls = useAskCalls(search);
  return useInfiniteQuery({
    queryKey: ["calls", search],
    initialPageParam: "",
    queryFn: ({ pageParam }) => askCalls(pageParam),
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
}

/** Fills in, quietly, what comes of the calls shown; how many newer ones there are. */
function useNewer(search: Search, shown: Call[]): number {
  const askCalls = useAskCalls(search);
  const newest = useQuery({
    queryKey: ["newest calls", search],
    queryFn: async () => {
      const { calls } = await askCalls("");
      queryClient.setQueryData<InfiniteData<CallsPart>>(
        ["calls", search],
        (before) => before && { ...before, pages: filledIn(before.pages, calls) },
      );
      return calls;
    },
    enabled: isAnyFresh(shown, serverNow()),
    refetchInterval: ({ state }) => isAnyFresh(state.data ?? shown, serverNow()) && AGAIN_MS,
  });
  return countNewer(shown, newest.data ?? []);
}

function CallRow({ call }: { call: Call }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queueWord = useQueueWord();
  const hasWaited = call.queues.length > 0 && call.wait_seconds !== null;
  const address = callPath(call.pbx, call.call_id);
  return (
    <tr className={table.linked}>
      <td className={`num ${classes.time}`}>
        <Link href={address} className={table.cover}>
          {format.dateTime(call.started_at)}
        </Link>
      </td>
      <td className={classes.who}>
        <DirectionArrow direction={call.direction} />
        <span className="num">{call.number || t("floor.withheld")}</span>
        {call.caller_name && <span className={`muted ${classes.name}`}>{call.caller_name}</span>}
      </td>
      <td className={classes.queue}>{call.queues.map((queue) => queueWord(call.pbx, queue)).join(", ") || NOTHING}</td>
      <td className={classes.agent}>{call.agents.map((agent) => agent.name || agent.number).join(", ") || NOTHING}</td>
      <td className={classes.outcome}>
        <Outcome outcome={call.outcome} />
      </td>
      <td className={`num ${table.right} ${classes.wait}`} data-label={t("calls.wait")}>
        {hasWaited ? duration(call.wait_seconds ?? 0) : NOTHING}
      </td>
      <td className={`num ${table.right} ${classes.talk}`} data-label={t("calls.talk")}>
        {call.talk_seconds ? duration(call.talk_seconds) : NOTHING}
      </td>
      <td className={classes.recording}>
        {call.has_recording && <IconMicrophone size={15} role="img" aria-label={t("calls.hasRecording")} />}
      </td>
    </tr>
  );
}

function CallTable({ calls }: { calls: Call[] }) {
  const { t } = useTranslation();
  return (
    <table className={`${table.table} ${classes.calls}`}>
      <thead>
        <tr>
          <th scope="col">{t("calls.time")}</th>
          <th scope="col">{t("calls.number")}</th>
          <th scope="col">{t("floor.queue")}</th>
          <th scope="col">{t("calls.agent")}</th>
          <th scope="col">{t("calls.outcome")}</th>
          <th scope="col" className={table.right}>
            {t("calls.wait")}
          </th>
          <th scope="col" className={table.right}>
            {t("calls.talk")}
          </th>
          <th scope="col">
            <span className="visually-hidden">{t("calls.recording")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {calls.map((call) => (
          <CallRow key={`${call.pbx}/${call.call_id}`} call={call} />
        ))}
      </tbody>
    </table>
  );
}

interface FoundProps {
  search: Search;
  onSearch: (search: Search) => void;
}

/** The filters without which, alone, there would be calls. */
function useHindering(search: Search): Field[] {
  const zone = useZone();
  const fields = setFields(search);
  const asked = useQueries({
    queries: fields.map((field) => ({
      queryKey: ["calls without", field, search],
      queryFn: () => {
        const asked = askedOf(without(search, field), zone, Date.now() / 1000);
        return ask("GET /api/calls", { query: { ...asked, limit: 1 } });
      },
    })),
  });
  return fields.filter((_, nth) => (asked[nth]?.data?.calls.length ?? 0) > 0);
}

function NoCalls({ search, onSearch, children }: FoundProps & { children: ReactNode }) {
  const { t } = useTranslation();
  const isNarrow = isNarrowed(search);
  const word = useFilterWord(search);
  const hindering = useHindering(search);
  const narrowText = hindering.length > 0 ? t("calls.noneWithText") : t("calls.noneText");
  return (
    <Empty title={t("calls.none")} text={isNarrow ? narrowText : t("calls.noneYetText")}>
      <div className={classes.ways}>
        {hindering.map((field) => (
          <Button key={field} size="xs" variant="default" onClick={() => onSearch(without(search, field))}>
            {t("calls.withoutFilter", { filter: word(field) })}
          </Button>
        ))}
        {isNarrow && (
          <Button size="xs" variant="default" onClick={() => onSearch(withoutFilters(search))}>
            {t("calls.clear")}
          </Button>
        )}
        {search.range !== "week" && (
          <Button size="xs" variant="default" onClick={() => onSearch({ ...search, range: "week" })}>
            {t("calls.lastWeek")}
          </Button>
        )}
        {children}
      </div>
    </Empty>
  );
}

function Found({ search, onSearch }: FoundProps) {
  const { t } = useTranslation();
  const result = useCalls(search);
  const calls = result.data?.pages.flatMap((page) => page.calls) ?? [];
  const newer = useNewer(search, calls);
  if (result.isPending) return <RowsSkeleton rows={12} />;
  if (result.isError) return <Failure error={result.error} onRetry={() => void result.refetch()} />;
  const again = (
    <Button
      size="xs"
      variant="subtle"
      leftSection={<IconRefresh size={14} />}
      loading={result.isRefetching}
      onClick={() => void result.refetch()}
    >
      {t("calls.refresh")}
    </Button>
  );
  if (calls.length === 0) {
    return (
      <NoCalls search={search} onSearch={onSearch}>
        {again}
      </NoCalls>
    );
  }
  const showNewer = () => {
    window.scrollTo({ top: 0 });
    void result.refetch();
  };
  return (
    <div aria-busy={result.isFetching} data-busy={result.isPlaceholderData || undefined} className={classes.found}>
      <div className={classes.newer} role="status">
        {newer > 0 && (
          <Button size="compact-xs" radius="xl" leftSection={<IconArrowUp size={13} />} onClick={showNewer}>
            {t("calls.newer", { count: newer })}
          </Button>
        )}
      </div>
      <CallTable calls={calls} />
      <div className={classes.more}>
        <span className="muted">{t("calls.shown", { count: calls.length })}</span>
        <MoreButton pages={result} label={t("calls.more")} />
        {again}
      </div>
    </div>
  );
}

export default function CallsPage() {
  const { t } = useTranslation();
  const mayExport = useMay("export_recordings");
  const [params, setParams] = useSearchParams();
  const search = useMemo(() => readSearch(params), [params]);
  useTitle(t("page.calls"));
  // What is typed is searched after a pause. A call that was opened meanwhile stays open: this page is still mounted
  // while that one is loaded.
  const onSearch = (next: Search) => {
    if (window.location.pathname === "/calls") setParams(writeSearch(next), { replace: true });
  };
  return (
    <div className={classes.page}>
      <div className={classes.title}>
        <h1>{t("page.calls")}</h1>
        {mayExport && <ExportTools search={search} />}
      </div>
      <CallSearch search={search} onSearch={onSearch} />
      <div className="panel">
        <Found search={search} onSearch={onSearch} />
      </div>
    </div>
  );
}
