import { Button, Modal, MultiSelect, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useMay, useSession } from "../api/queries";
import type { Permission } from "../api/shapes";
import { serverNow } from "../live/clock";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import { expiryOf, type Lasts, LastsSelect } from "../parts/LastsSelect";
import { ListPanel } from "../parts/ListPanel";
import { Once } from "../parts/Once";
import pageClasses from "../parts/Page.module.css";
import { SureButton } from "../parts/SureButton";
import { useRefusal } from "../parts/useRefusal";
import { useTell } from "../parts/useTell";
import { useTitle } from "../parts/useTitle";
import classes from "./KeysPage.module.css";
import { type ApiKey, type NewApiKey, useKeys, useMakeKey, useRevokeKey } from "./keys";

const LASTS = ["365", "30", "never"] as const satisfies readonly Lasts[];

function KeyForm({ onClose, onMade }: { onClose: () => void; onMade: (key: NewApiKey) => void }) {
  const { t } = useTranslation();
  const { user } = useSession();
  const [name, setName] = useState("");
  const [permissions, setPermissions] = useState<string[]>([]);
  const [lasts, setLasts] = useState<Lasts>("365");
  const make = useMakeKey();
  const refusal = useRefusal(make.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(
      { name: name.trim(), permissions: permissions as Permission[], expires_at: expiryOf(lasts) },
      {
        onSuccess: (key) => {
          onClose();
          onMade(key);
        },
      },
    );
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("keys.create")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form onSubmit={submit} className={pageClasses.form} noValidate>
        <TextInput
          label={t("keys.name")}
          description={t("keys.nameHint")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={refusal.at("name")}
          maxLength={200}
          data-autofocus
        />
        <MultiSelect
          label={t("keys.permissions")}
          data={user.permissions.map((value) => ({ value, label: t(`permission.${value}`) }))}
          value={permissions}
          onChange={setPermissions}
          error={refusal.at("permissions")}
          searchable
        />
        <LastsSelect
          label={t("keys.lasts")}
          choices={LASTS}
          value={lasts}
          onChange={setLasts}
          error={refusal.at("expires_at")}
        />
        {refusal.isElsewhere && <Failure error={make.error} />}
        <DialogButtons onClose={onClose} isSending={make.isPending} label={t("keys.make")} />
      </form>
    </Modal>
  );
}

function Expiry({ apiKey }: { apiKey: ApiKey }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (apiKey.expires_at === null) return t("lasts.never");
  if (apiKey.expires_at <= serverNow()) return <span className={classes.expired}>{t("keys.expired")}</span>;
  return format.dateMinute(apiKey.expires_at);
}

function Row({ apiKey, showsUser }: { apiKey: ApiKey; showsUser: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const revoke = useRevokeKey();
  const tell = useTell();
  return (
    <tr>
      <td>
        {apiKey.name}
        <span className={pageClasses.small}>{format.dateMinute(apiKey.created_at)}</span>
      </td>
      {showsUser && <td>{apiKey.username}</td>}
      <td>{apiKey.permissions.map((name) => t(`permission.${name as Permission}`)).join(", ")}</td>
      <td>
        <Expiry apiKey={apiKey} />
      </td>
      <td>
        <span>
          {apiKey.last_used_at === null ? t("keys.neverUsed") : format.dateMinute(apiKey.last_used_at)}
          {apiKey.last_address && <span className={pageClasses.small}>{apiKey.last_address}</span>}
        </span>
      </td>
      <td>
        <span className={classes.actions}>
          <SureButton
            label={t("keys.revoke")}
            sure={t("keys.revokeReally")}
            name={t("keys.revokeName", { name: apiKey.name })}
            onSure={() => revoke.mutate(apiKey.id, { onError: tell.failure })}
            isSending={revoke.isPending}
          />
        </span>
      </td>
    </tr>
  );
}

/** Keys by which other programs act for the user; who manages users sees everybody's. */
export default function KeysPage() {
  const { t } = useTranslation();
  const keys = useKeys();
  const showsUser = useMay("manage_users");
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<NewApiKey | null>(null);
  useTitle(t("keys.title"));
  const rows = keys.data ?? [];
  const create = (
    <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>
      {t("keys.create")}
    </Button>
  );
  return (
    <div className={pageClasses.page}>
      <div>
        <h1>{t("keys.title")}</h1>
        <p className={pageClasses.lead}>{t("keys.lead")}</p>
      </div>
      <ListPanel
        title={t("keys.list")}
        asked={[keys]}
        tools={rows.length > 0 && create}
        waitingRows={2}
        empty={{ title: t("keys.none"), text: t("keys.noneText"), action: create }}
        columns={[
          t("keys.name"),
          ...(showsUser ? [t("keys.user")] : []),
          t("keys.permissions"),
          t("keys.lasts"),
          t("keys.lastUsed"),
          null,
        ]}
        rows={rows.map((apiKey) => <Row key={apiKey.id} apiKey={apiKey} showsUser={showsUser} />)}
      >
        {isMaking && <KeyForm onClose={() => setMaking(false)} onMade={setMade} />}
        {made && (
          <Once
            title={t("keys.made", { name: made.name })}
            text={t("keys.madeText")}
            value={made.secret}
            onClose={() => setMade(null)}
          />
        )}
      </ListPanel>
    </div>
  );
}
