import { Button, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, useSession } from "../api/queries";
import { serverNow } from "../live/clock";
import { ListPanel } from "../parts/ListPanel";
import { MoreButton } from "../parts/MoreButton";
import { Once } from "../parts/Once";
import pageClasses from "../parts/Page.module.css";
import { SureButton } from "../parts/SureButton";
import { useAddressFilter } from "../parts/useAddressFilter";
import { useTell } from "../parts/useTell";
import { useTitle } from "../parts/useTitle";
import { RolesPanel } from "./RolesPanel";
import { roleName } from "./roles";
import { namesOf } from "./scope";
import { UserForm } from "./UserForm";
import classes from "./UsersPage.module.css";
import {
  type NewPassword,
  type User,
  useChangeUser,
  useEndSessions,
  useForgetSecondFactor,
  useResetPassword,
  useUsers,
} from "./users";

function Standing({ user }: { user: User }) {
  const { t } = useTranslation();
  const format = useFormat();
  const until = user.password_expires_at;
  return (
    <>
      {user.has_second_factor && <span className={pageClasses.small}>{t("users.hasFactor")}</span>}
      {user.is_at_provider && <span className={pageClasses.small}>{t("users.atProvider")}</span>}
      {user.must_set_up_second_factor && <span className={classes.warning}>{t("users.owesFactor")}</span>}
      {user.is_disabled && <span className={classes.warning}>{t("users.disabled")}</span>}
      {until !== null && (
        <span className={until <= serverNow() ? classes.warning : pageClasses.small}>
          {until <= serverNow() ? t("users.ranOut") : t("users.temporary", { at: format.dateMinute(until) })}
        </span>
      )}
    </>
  );
}

function Actions({ user, onEdit, onMade }: { user: User; onEdit: () => void; onMade: (user: NewPassword) => void }) {
  const { t } = useTranslation();
  const change = useChangeUser(user.id);
  const reset = useResetPassword(user.id);
  const end = useEndSessions(user.id);
  const forget = useForgetSecondFactor(user.id);
  const tell = useTell();
  const isMe = useSession().user.username === user.username;
  const name = user.username;
  const said = { onError: tell.failure };
  return (
    <span className={classes.actions}>
      <Button size="compact-xs" variant="subtle" aria-label={t("users.editName", { name })} onClick={onEdit}>
        {t("users.edit")}
      </Button>
      {!isMe && user.session_count > 0 && (
        <SureButton
          label={t("users.end")}
          sure={t("users.endReally")}
          name={t("users.endName", { name })}
          onSure={() => end.mutate(undefined, { ...said, onSuccess: () => tell.success(t("users.ended", { name })) })}
          isSending={end.isPending}
        />
      )}
      {!isMe && user.has_second_factor && (
        <SureButton
          label={t("users.forgetFactor")}
          sure={t("users.forgetFactorReally")}
          name={t("users.forgetFactorName", { name })}
          onSure={() => forget.mutate(undefined, said)}
          isSending={forget.isPending}
        />
      )}
      {!isMe && (
        <SureButton
          label={t("users.reset")}
          sure={t("users.resetReally")}
          name={t("users.resetName", { name })}
          onSure={() => reset.mutate(undefined, { ...said, onSuccess: onMade })}
          isSending={reset.isPending}
        />
      )}
      {!isMe &&
        (user.is_disabled ? (
          <Button
            size="compact-xs"
            variant="subtle"
            aria-label={t("users.enableName", { name })}
            loading={change.isPending}
            onClick={() => change.mutate({ is_disabled: false }, said)}
          >
            {t("users.enable")}
          </Button>
        ) : (
          <SureButton
            label={t("users.disable")}
            sure={t("users.disableReally")}
            name={t("users.disableName", { name })}
            onSure={() => change.mutate({ is_disabled: true }, said)}
            isSending={change.isPending}
          />
        ))}
    </span>
  );
}

function Row({ user, onEdit, onMade }: { user: User; onEdit: () => void; onMade: (user: NewPassword) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <tr>
      <td>
        <span>
          {user.username}
          <Standing user={user} />
        </span>
      </td>
      <td>
        <span>
          {user.name}
          {user.agent_number && (
            <span className={pageClasses.small}>{t("users.agent", { number: user.agent_number })}</span>
          )}
        </span>
      </td>
      <td>
        <span>
          {user.roles.map((role) => roleName(t, role)).join(", ")}
          {user.scope && <span className={pageClasses.small}>{t("scope.only", { names: namesOf(user.scope) })}</span>}
        </span>
      </td>
      <td>
        <span>
          {user.session_count > 0 ? t("users.sessions", { count: user.session_count }) : t("users.never")}
          {user.last_seen_at !== null && (
            <span className={pageClasses.small}>
              {t("users.lastSeen", { at: format.dateMinute(user.last_seen_at) })}
            </span>
          )}
        </span>
      </td>
      <td>
        <Actions user={user} onEdit={onEdit} onMade={onMade} key={`${user.is_disabled} ${user.password_expires_at}`} />
      </td>
    </tr>
  );
}

/** Whoever signs in to the panel: found by a part of the name, which stands in the address. */
export default function UsersPage() {
  const { t } = useTranslation();
  const { filter, settled, set } = useAddressFilter(["text"]);
  const found = useUsers(settled.text.trim());
  const users = found.data?.pages.flatMap((one) => one.users) ?? [];
  const [edited, setEdited] = useState<User | "new" | null>(null);
  const [made, setMade] = useState<NewPassword | null>(null);
  useTitle(t("users.title"));
  const handOver = (user: NewPassword) => {
    setEdited(null);
    setMade(user);
  };
  return (
    <div className={pageClasses.page}>
      <div>
        <h1>{t("users.title")}</h1>
        <p className={pageClasses.lead}>{t("users.lead")}</p>
      </div>
      <ListPanel
        title={t("users.list")}
        asked={[found]}
        tools={
          <div className={classes.tools}>
            <TextInput
              size="xs"
              aria-label={t("users.search")}
              placeholder={t("users.search")}
              value={filter.text}
              onChange={(event) => set("text", event.currentTarget.value)}
            />
            <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setEdited("new")}>
              {t("users.create")}
            </Button>
          </div>
        }
        waitingRows={3}
        columns={[t("users.username"), t("users.name"), t("users.roles"), t("users.signedIn"), null]}
        rows={users.map((user) => <Row key={user.id} user={user} onEdit={() => setEdited(user)} onMade={handOver} />)}
        empty={{ title: t("users.noneSuch"), text: t("users.noneSuchText") }}
      >
        {found.hasNextPage && (
          <div className={classes.more}>
            <MoreButton pages={found} />
          </div>
        )}
        {edited && (
          <UserForm user={edited === "new" ? null : edited} onClose={() => setEdited(null)} onMade={handOver} />
        )}
        {made && (
          <Once
            title={t("users.password", { name: made.username })}
            text={t("users.passwordText")}
            value={made.password}
            onClose={() => setMade(null)}
          />
        )}
      </ListPanel>
      <RolesPanel />
    </div>
  );
}
