import { Button, Modal, MultiSelect, Select, Switch, TextInput } from "@mantine/core";
import { IconCheck, IconClock, IconPlus, IconX } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../api/queries";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import { ListPanel } from "../parts/ListPanel";
import { MoreButton } from "../parts/MoreButton";
import { Once } from "../parts/Once";
import { SureButton } from "../parts/SureButton";
import table from "../parts/Table.module.css";
import { useRefusal } from "../parts/useRefusal";
import { useTell } from "../parts/useTell";
import { RowsSkeleton } from "../parts/Waiting";
import classes from "./AlertsPage.module.css";
import {
  type Delivery,
  useDeliveries,
  useDelivery,
  useMail,
  useRenewSecret,
  useReplay,
  useSaveWebhook,
  useTestMail,
  useWebhookAction,
  useWebhooks,
  type Webhook,
} from "./alerts";

const ICONS = { sent: IconCheck, failed: IconX, waiting: IconClock };

function DeliveryState({ state }: { state: Delivery["state"] }) {
  const { t } = useTranslation();
  const Icon = ICONS[state];
  return (
    <span className={classes.state} data-state={state}>
      <Icon size={15} aria-hidden />
      {t(`alerts.delivery.${state}`)}
    </span>
  );
}

/** What a kind of event is called: `call.ended`. */
function useKindName() {
  const { t } = useTranslation();
  return (kind: string) =>
    t(`alerts.webhook.kind.${kind.replace(".", "_") as "call_ended"}`, { defaultValue: kind, kind });
}

function WebhookForm({
  webhook,
  kinds,
  onClose,
  onMade,
}: {
  webhook: Webhook | null;
  kinds: string[];
  onClose: () => void;
  onMade: (made: Webhook) => void;
}) {
  const { t } = useTranslation();
  const [name, setName] = useState(webhook?.name ?? "");
  const [url, setUrl] = useState(webhook?.url ?? "https://");
  const [wanted, setWanted] = useState(webhook?.kinds ?? []);
  const save = useSaveWebhook();
  const nameOf = useKindName();
  const refusal = useRefusal(save.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const fields = { name: name.trim(), url: url.trim(), kinds: wanted };
    save.mutate(webhook ? { id: webhook.id, ...fields } : fields, {
      onSuccess: (saved) => {
        onClose();
        if (saved.secret) onMade(saved);
      },
    });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={webhook ? webhook.name : t("alerts.webhook.create")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form onSubmit={submit} className={classes.form} noValidate>
        <TextInput
          label={t("alerts.webhook.name")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={refusal.at("name")}
          maxLength={200}
          data-autofocus
        />
        <TextInput
          label={t("alerts.webhook.url")}
          description={t("alerts.webhook.urlHint")}
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          error={refusal.at("url")}
        />
        <MultiSelect
          label={t("alerts.webhook.kinds")}
          placeholder={wanted.length === 0 ? t("alerts.webhook.allKinds") : ""}
          data={kinds.map((kind) => ({ value: kind, label: nameOf(kind) }))}
          searchable
          value={wanted}
          onChange={setWanted}
          error={refusal.at("kinds")}
        />
        {refusal.isElsewhere && <Failure error={save.error} />}
        <DialogButtons onClose={onClose} isSending={save.isPending} />
      </form>
    </Modal>
  );
}

function WebhookRow({
  webhook,
  onEdit,
  onSecret,
}: {
  webhook: Webhook;
  onEdit: () => void;
  onSecret: (webhook: Webhook) => void;
}) {
  const { t } = useTranslation();
  const save = useSaveWebhook();
  const act = useWebhookAction();
  const renew = useRenewSecret();
  const nameOf = useKindName();
  const tell = useTell();
  const run = (action: "test" | "delete", then?: () => void) =>
    act.mutate({ id: webhook.id, action }, { onSuccess: then, onError: tell.failure });
  return (
    <tr>
      <td>
        {webhook.name}
        <span className={`${classes.small} ${classes.break}`}>{webhook.url}</span>
      </td>
      <td>{webhook.kinds.map(nameOf).join(", ") || t("alerts.webhook.allKinds")}</td>
      <td>
        <span className={classes.actions}>
          <Switch
            size="sm"
            aria-label={t("alerts.enabled", { rule: webhook.name })}
            checked={webhook.is_enabled}
            onChange={(event) =>
              save.mutate({ id: webhook.id, is_enabled: event.currentTarget.checked }, { onError: tell.failure })
            }
          />
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => run("test", () => tell.success(t("alerts.onItsWay")))}
          >
            {t("alerts.test")}
          </Button>
          <Button size="compact-xs" variant="default" onClick={onEdit}>
            {t("alerts.edit")}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => renew.mutate(webhook.id, { onSuccess: onSecret, onError: tell.failure })}
          >
            {t("alerts.webhook.renew")}
          </Button>
          <SureButton
            label={t("alerts.webhook.delete")}
            sure={t("alerts.webhook.deleteReally")}
            onSure={() => run("delete")}
          />
        </span>
      </td>
    </tr>
  );
}

function Webhooks() {
  const { t } = useTranslation();
  const webhooks = useWebhooks();
  const [editing, setEditing] = useState<{ webhook: Webhook | null } | null>(null);
  const [made, setMade] = useState<Webhook | null>(null);
  const rows = webhooks.data?.webhooks ?? [];
  const create = (
    <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setEditing({ webhook: null })}>
      {t("alerts.webhook.create")}
    </Button>
  );
  return (
    <ListPanel
      title={t("alerts.webhook.title")}
      asked={[webhooks]}
      tools={rows.length > 0 && create}
      waitingRows={2}
      empty={{ title: t("alerts.webhook.none"), text: t("alerts.webhook.noneText"), action: create }}
      columns={[t("alerts.webhook.name"), t("alerts.webhook.kinds"), null]}
      rows={rows.map((webhook) => (
        <WebhookRow key={webhook.id} webhook={webhook} onEdit={() => setEditing({ webhook })} onSecret={setMade} />
      ))}
    >
      {editing && (
        <WebhookForm
          webhook={editing.webhook}
          kinds={webhooks.data?.kinds ?? []}
          onClose={() => setEditing(null)}
          onMade={setMade}
        />
      )}
      {made && (
        <Once
          title={t("alerts.webhook.secret", { name: made.name })}
          text={t("alerts.webhook.secretText")}
          value={made.secret ?? ""}
          onClose={() => setMade(null)}
        />
      )}
    </ListPanel>
  );
}

function MailTest() {
  const { t } = useTranslation();
  const mail = useMail();
  const [to, setTo] = useState("");
  const test = useTestMail();
  const tell = useTell();
  if (!mail.data) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    test.mutate(to.trim(), { onSuccess: () => tell.success(t("alerts.onItsWay")), onError: tell.failure });
  };
  return (
    <section className="panel" aria-labelledby="mail-title">
      <form className={classes.title} onSubmit={submit}>
        <h2 id="mail-title">{t("alerts.mail.title")}</h2>
        {mail.data.is_set ? (
          <span className={classes.filters}>
            <TextInput
              size="xs"
              type="email"
              aria-label={t("alerts.mail.to")}
              placeholder={t("alerts.mail.to")}
              value={to}
              onChange={(event) => setTo(event.currentTarget.value)}
            />
            <Button size="xs" variant="default" type="submit" loading={test.isPending} disabled={!to.trim()}>
              {t("alerts.mail.test")}
            </Button>
          </span>
        ) : (
          <span className="muted">{t("alerts.mailNotSet")}</span>
        )}
      </form>
    </section>
  );
}

function Detail({ id, onClose }: { id: number; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const found = useDelivery(id);
  const replay = useReplay();
  const tell = useTell();
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t("alerts.delivery.one")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      {found.isPending && <RowsSkeleton rows={3} />}
      {found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && (
        <div className={classes.form}>
          <pre className={classes.content}>{found.data.content}</pre>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("alerts.delivery.tried")}</th>
                <th scope="col">{t("alerts.delivery.status")}</th>
                <th scope="col">{t("alerts.delivery.said")}</th>
              </tr>
            </thead>
            <tbody>
              {found.data.tries.map((one) => (
                <tr key={one.began_at}>
                  <td className="num">{format.dateTime(one.began_at)}</td>
                  <td className="num">{one.status ?? "–"}</td>
                  <td className={classes.break}>{one.said}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <div className={classes.actions}>
            <Button
              variant="default"
              disabled={found.data.delivery.state === "waiting"}
              loading={replay.isPending}
              onClick={() =>
                replay.mutate(id, { onSuccess: () => tell.success(t("alerts.onItsWay")), onError: tell.failure })
              }
            >
              {t("alerts.delivery.replay")}
            </Button>
          </div>
        </div>
      )}
    </Modal>
  );
}

function LogRow({ row, onOpen }: { row: Delivery; onOpen: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <tr className={table.linked}>
      <td className="num">
        <button type="button" className={`${classes.plain} ${table.cover}`} onClick={onOpen}>
          {format.dateTime(row.created_at)}
        </button>
      </td>
      <td>{row.kind}</td>
      <td className={classes.break}>{row.destination}</td>
      <td>
        <DeliveryState state={row.state} />
        {row.state === "waiting" && row.due_at !== null && row.tries > 0 && (
          <span className={classes.small}>{t("alerts.delivery.again", { time: format.time(row.due_at) })}</span>
        )}
      </td>
      <td className={classes.break}>{row.said}</td>
    </tr>
  );
}

function Log() {
  const { t } = useTranslation();
  const [state, setState] = useState<Delivery["state"] | "">("");
  const [opened, setOpened] = useState<number | null>(null);
  const log = useDeliveries(state);
  const rows = log.data?.pages.flatMap((page) => page.deliveries) ?? [];
  return (
    <ListPanel
      title={t("alerts.delivery.title")}
      asked={[log]}
      tools={
        <Select
          size="xs"
          aria-label={t("alerts.filter.state")}
          placeholder={t("alerts.filter.all")}
          data={(["waiting", "sent", "failed"] as const).map((value) => ({
            value,
            label: t(`alerts.delivery.${value}`),
          }))}
          value={state || null}
          onChange={(chosen) => setState(chosen ?? "")}
          clearable
        />
      }
      waitingRows={4}
      empty={{ title: t("alerts.delivery.none"), text: t("alerts.delivery.noneText") }}
      columns={[
        t("alerts.delivery.created"),
        t("alerts.webhook.kinds"),
        t("alerts.delivery.to"),
        t("seat.stateWord"),
        t("alerts.delivery.said"),
      ]}
      rows={rows.map((row) => <LogRow key={row.id} row={row} onOpen={() => setOpened(row.id)} />)}
    >
      {log.hasNextPage && (
        <div className={classes.more}>
          <MoreButton pages={log} />
        </div>
      )}
      {opened !== null && <Detail id={opened} onClose={() => setOpened(null)} />}
    </ListPanel>
  );
}

/** What leaves the house: webhooks, mail, and what became of each delivery. */
export function Deliveries() {
  return (
    <>
      <Webhooks />
      <MailTest />
      <Log />
    </>
  );
}
