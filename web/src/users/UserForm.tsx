import { Modal, MultiSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import pageClasses from "../parts/Page.module.css";
import { useRefusal } from "../parts/useRefusal";
import { LanguageSelect } from "./LanguageSelect";
import { roleName, useRoles } from "./roles";
import { ScopeFields } from "./ScopeFields";
import { type NewPassword, type User, useChangeUser, useMakeUser } from "./users";

interface Props {
  /** Who is changed; nobody where a new user is made. */
  user: User | null;
  onClose: () => void;
  onMade: (user: NewPassword) => void;
}

export function UserForm({ user, onClose, onMade }: Props) {
  const { t } = useTranslation();
  const [username, setUsername] = useState("");
  const [name, setName] = useState(user?.name ?? "");
  const [roles, setRoles] = useState<string[]>(user?.roles ?? []);
  const [language, setLanguage] = useState<User["language"]>(user?.language ?? "");
  const [agent, setAgent] = useState(user?.agent_number ?? "");
  const [scope, setScope] = useState(user?.scope ?? null);
  const offered = useRoles().data?.map((role) => role.name) ?? roles;
  const make = useMakeUser();
  const change = useChangeUser(user?.id ?? 0);
  const error = user ? change.error : make.error;
  const refusal = useRefusal(error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const fields = { name: name.trim(), roles, language, agent_number: agent || null, scope };
    if (user) {
      change.mutate(fields, { onSuccess: onClose });
      return;
    }
    make.mutate({ username: username.trim(), ...fields }, { onSuccess: onMade });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={user ? t("users.editTitle", { name: user.username }) : t("users.create")}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form onSubmit={submit} className={pageClasses.form} noValidate>
        {!user && (
          <TextInput
            label={t("users.username")}
            description={t("users.usernameHint")}
            value={username}
            onChange={(event) => setUsername(event.currentTarget.value)}
            error={refusal.at("username")}
            maxLength={64}
            autoComplete="off"
            autoCapitalize="none"
            data-autofocus
          />
        )}
        <TextInput
          label={t("users.name")}
          description={t("users.nameHint")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={refusal.at("name")}
          maxLength={200}
          data-autofocus={user ? true : undefined}
        />
        <MultiSelect
          label={t("users.roles")}
          data={offered.map((value) => ({ value, label: roleName(t, value) }))}
          value={roles}
          onChange={setRoles}
          error={refusal.at("roles")}
          searchable
        />
        <TextInput
          label={t("seat.agentNumber")}
          description={t("users.agentHint")}
          value={agent}
          onChange={(event) => setAgent(event.currentTarget.value.replace(/\D/g, ""))}
          error={refusal.at("agent_number")}
          inputMode="numeric"
          maxLength={64}
          autoComplete="off"
        />
        <ScopeFields value={scope} onChange={setScope} error={refusal.at("scope")} />
        <LanguageSelect value={language} onChange={setLanguage} error={refusal.at("language")} />
        {refusal.isElsewhere && <Failure error={error} />}
        <DialogButtons
          onClose={onClose}
          isSending={make.isPending || change.isPending}
          label={user ? undefined : t("users.make")}
        />
      </form>
    </Modal>
  );
}
