import { Button, Modal, MultiSelect, Switch, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useOwnQueues, useSeesAll } from "../api/queries";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import { expiryOf, type Lasts, LastsSelect } from "../parts/LastsSelect";
import { ListPanel } from "../parts/ListPanel";
import { Once } from "../parts/Once";
import { SureButton } from "../parts/SureButton";
import { useRefusal } from "../parts/useRefusal";
import { useTell } from "../parts/useTell";
import classes from "./AlertsPage.module.css";
import { useAddWallboard, useDeleteWallboard, useRenewLink, useWallboards, type Wallboard } from "./alerts";

const LASTS = ["never", "1", "30", "365"] as const satisfies readonly Lasts[];

/** The link stands behind a #: browsers keep that to themselves, so no server or proxy writes it into its log. */
function linkOf(board: Wallboard): string {
  return `${window.location.origin}/wallboard#${board.token ?? ""}`;
}

function useQueueChoices(): { value: string; label: string }[] {
  return useOwnQueues().map((queue) => ({
    value: `${queue.pbx}/${queue.queue}`,
    label: queue.label || queue.queue,
  }));
}

function BoardForm({ onClose, onMade }: { onClose: () => void; onMade: (board: Wallboard) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [queues, setQueues] = useState<string[]>([]);
  const [showsAgents, setShowsAgents] = useState(false);
  const [lasts, setLasts] = useState<Lasts>("never");
  const choices = useQueueChoices();
  const seesAll = useSeesAll();
  const add = useAddWallboard();
  const refusal = useRefusal(add.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(
      { name: name.trim(), queues, shows_agents: showsAgents, expires_at: expiryOf(lasts) },
      {
        onSuccess: (board) => {
          onClose();
          onMade(board);
        },
      },
    );
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("wallboard.create")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form onSubmit={submit} className={classes.form} noValidate>
        <TextInput
          label={t("wallboard.name")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={refusal.at("name")}
          maxLength={200}
          data-autofocus
        />
        <MultiSelect
          label={t("wallboard.queues")}
          placeholder={queues.length === 0 && seesAll ? t("wallboard.wholeCentre") : ""}
          data={choices}
          value={queues}
          onChange={setQueues}
          error={refusal.at("queues")}
          searchable
        />
        <Switch
          label={t("wallboard.showsAgents")}
          description={t("wallboard.showsAgentsHint")}
          checked={showsAgents}
          onChange={(event) => setShowsAgents(event.currentTarget.checked)}
        />
        <LastsSelect
          label={t("wallboard.lasts")}
          choices={LASTS}
          value={lasts}
          onChange={setLasts}
          error={refusal.at("expires_at")}
        />
        {refusal.isElsewhere && <Failure error={add.error} />}
        <DialogButtons onClose={onClose} isSending={add.isPending} label={t("wallboard.make")} />
      </form>
    </Modal>
  );
}

function Row({ board, onLink }: { board: Wallboard; onLink: (board: Wallboard) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const choices = useQueueChoices();
  const renew = useRenewLink();
  const remove = useDeleteWallboard();
  const tell = useTell();
  const names = board.queues.map((queue) => choices.find((choice) => choice.value === queue)?.label ?? queue);
  return (
    <tr>
      <td>
        {board.name}
        <span className={classes.small}>{names.join(", ") || t("wallboard.wholeCentre")}</span>
      </td>
      <td>
        {board.created_by}
        <span className={classes.small}>{format.dateMinute(board.created_at)}</span>
      </td>
      <td>{board.expires_at === null ? t("lasts.never") : format.dateMinute(board.expires_at)}</td>
      <td>{board.last_used_at === null ? t("wallboard.neverUsed") : format.dateMinute(board.last_used_at)}</td>
      <td>
        <span className={classes.actions}>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => renew.mutate(board.id, { onSuccess: onLink, onError: tell.failure })}
          >
            {t("wallboard.newLink")}
          </Button>
          <SureButton
            label={t("wallboard.revoke")}
            sure={t("wallboard.revokeReally")}
            onSure={() => remove.mutate(board.id, { onError: tell.failure })}
          />
        </span>
      </td>
    </tr>
  );
}

/** Links for TVs, each of which shows one board and nothing else. */
export function Wallboards() {
  const { t } = useTranslation();
  const boards = useWallboards();
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<Wallboard | null>(null);
  const rows = boards.data ?? [];
  const create = (
    <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>
      {t("wallboard.create")}
    </Button>
  );
  return (
    <ListPanel
      title={t("alerts.tab.wallboards")}
      asked={[boards]}
      tools={rows.length > 0 && create}
      waitingRows={2}
      empty={{ title: t("wallboard.none"), text: t("wallboard.noneText"), action: create }}
      columns={[t("wallboard.name"), t("wallboard.madeBy"), t("wallboard.lasts"), t("wallboard.lastUsed"), null]}
      rows={rows.map((board) => <Row key={board.id} board={board} onLink={setMade} />)}
    >
      {isMaking && <BoardForm onClose={() => setMaking(false)} onMade={setMade} />}
      {made && (
        <Once
          title={t("wallboard.link", { name: made.name })}
          text={t("wallboard.linkText")}
          value={linkOf(made)}
          onClose={() => setMade(null)}
        />
      )}
    </ListPanel>
  );
}
