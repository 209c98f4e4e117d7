import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ListPanel } from "../parts/ListPanel";
import pageClasses from "../parts/Page.module.css";
import { SureButton } from "../parts/SureButton";
import { useTell } from "../parts/useTell";
import { RoleForm } from "./RoleForm";
import { GROUPS, inGroup, type Role, roleName, useDeleteRole, useRoles } from "./roles";
import classes from "./UsersPage.module.css";

type Edited = Parameters<typeof RoleForm>[0]["role"];

function Own({ role, id, onEdit }: { role: Role; id: number; onEdit: (role: Edited) => void }) {
  const { t } = useTranslation();
  const remove = useDeleteRole(id);
  const tell = useTell();
  const name = role.name;
  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        aria-label={t("roles.editName", { name })}
        onClick={() => onEdit(role)}
      >
        {t("users.edit")}
      </Button>
      {role.users.length === 0 && (
        <SureButton
          label={t("roles.delete")}
          sure={t("roles.deleteReally")}
          name={t("roles.deleteName", { name })}
          onSure={() => remove.mutate(undefined, { onError: tell.failure })}
          isSending={remove.isPending}
        />
      )}
    </>
  );
}

function Permits({ role }: { role: Role }) {
  const { t } = useTranslation();
  return (
    <details>
      <summary>{t("roles.count", { count: role.permissions.length })}</summary>
      {GROUPS.map((group) => [group, inGroup(group, role.permissions)] as const)
        .filter(([, permitted]) => permitted.length > 0)
        .map(([group, permitted]) => (
          <span key={group} className={pageClasses.small}>
            {t(`roles.group.${group}`)}: {permitted.map((one) => t(`permission.${one}`)).join(", ")}
          </span>
        ))}
    </details>
  );
}

function Row({ role, onEdit }: { role: Role; onEdit: (role: Edited) => void }) {
  const { t } = useTranslation();
  const name = roleName(t, role.name);
  return (
    <tr>
      <td>
        <span>
          {name}
          {role.id === null && <span className={pageClasses.small}>{t("roles.shipped")}</span>}
        </span>
      </td>
      <td>
        <Permits role={role} />
      </td>
      <td>{role.users.length > 0 ? role.users.join(", ") : <span className="muted">{t("roles.nobody")}</span>}</td>
      <td>
        <span className={classes.actions}>
          {role.id !== null && <Own role={role} id={role.id} onEdit={onEdit} />}
          <Button
            size="compact-xs"
            variant="subtle"
            aria-label={t("roles.copyName", { name })}
            onClick={() => onEdit({ id: null, name: t("roles.copyOf", { name }), permissions: role.permissions })}
          >
            {t("roles.copy")}
          </Button>
        </span>
      </td>
    </tr>
  );
}

/** What users may do: the roles that come with the server, and those made here. */
export function RolesPanel() {
  const { t } = useTranslation();
  const roles = useRoles();
  const [edited, setEdited] = useState<Edited | null>(null);
  return (
    <ListPanel
      title={t("roles.list")}
      asked={[roles]}
      tools={
        <Button
          size="xs"
          leftSection={<IconPlus size={15} />}
          onClick={() => setEdited({ id: null, name: "", permissions: [] })}
        >
          {t("roles.create")}
        </Button>
      }
      waitingRows={4}
      columns={[t("roles.name"), t("roles.permissions"), t("roles.users"), null]}
      rows={(roles.data ?? []).map((role) => <Row key={role.name} role={role} onEdit={setEdited} />)}
    >
      {edited && <RoleForm role={edited} onClose={() => setEdited(null)} />}
    </ListPanel>
  );
}
