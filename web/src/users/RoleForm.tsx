import { Checkbox, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../api/queries";
import type { Permission } from "../api/shapes";
import { DialogButtons } from "../parts/DialogButtons";
import { Failure } from "../parts/Failure";
import pageClasses from "../parts/Page.module.css";
import { useRefusal } from "../parts/useRefusal";
import { GROUPS, inGroup, type Role, type RoleFields, useWriteRole } from "./roles";
import classes from "./UsersPage.module.css";

interface Props {
  /** What is changed; without an id a new role is made, which begins as this. */
  role: RoleFields & Pick<Role, "id">;
  onClose: () => void;
}

/** A role by name and permissions; offered are those that one has oneself. */
export function RoleForm({ role, onClose }: Props) {
  const { t } = useTranslation();
  const { user } = useSession();
  const [name, setName] = useState(role.name);
  const [permissions, setPermissions] = useState<Permission[]>(
    role.permissions.filter((one) => user.permissions.includes(one)),
  );
  const write = useWriteRole(role.id);
  const refusal = useRefusal(write.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    write.mutate({ name: name.trim(), permissions }, { onSuccess: onClose });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={role.id === null ? t("roles.create") : t("roles.editTitle", { name: role.name })}
      closeButtonProps={{ "aria-label": t("frame.close") }}
    >
      <form onSubmit={submit} className={pageClasses.form} noValidate>
        <TextInput
          label={t("roles.name")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={refusal.at("name")}
          maxLength={64}
          data-autofocus
        />
        <Checkbox.Group
          label={t("roles.permissions")}
          description={t("roles.permissionsHint")}
          value={permissions}
          onChange={(chosen) => setPermissions(chosen as Permission[])}
          error={refusal.at("permissions")}
        >
          {GROUPS.map((group) => [group, inGroup(group, user.permissions)] as const)
            .filter(([, offered]) => offered.length > 0)
            .map(([group, offered]) => (
              <fieldset key={group} className={classes.group}>
                <legend>{t(`roles.group.${group}`)}</legend>
                {offered.map((one) => (
                  <Checkbox key={one} value={one} label={t(`permission.${one}`)} size="sm" />
                ))}
              </fieldset>
            ))}
        </Checkbox.Group>
        {refusal.isElsewhere && <Failure error={write.error} />}
        <DialogButtons
          onClose={onClose}
          isSending={write.isPending}
          label={role.id === null ? t("roles.make") : undefined}
        />
      </form>
    </Modal>
  );
}
