import { Button } from "@mantine/core";
import { IconPlus, IconUser } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { ask } from "../api/client";
import { useMay } from "../api/queries";
import { Failure } from "../parts/Failure";
import classes from "./Customers.module.css";
import { Level } from "./Level";
import { RecordDialog } from "./RecordDialog";
import { NOTHING_KNOWN } from "./record";
import { useNameWord } from "./words";

interface Props {
  call: { pbx: string; call_id: string; caller_name: string };
}

/** From a call to the customers with its number, or to a new one. */
export function WhoseCall({ call }: Props) {
  const { t } = useTranslation();
  const nameWord = useNameWord();
  const mayEdit = useMay("edit_customers");
  const seesNumbers = useMay("see_numbers");
  const [, go] = useLocation();
  const [isMaking, setMaking] = useState(false);
  const found = useQuery({
    queryKey: ["customers", "of-call", call.pbx, call.call_id],
    queryFn: () => ask("GET /api/calls/{pbx}/{call_id}/customers", { path: { pbx: call.pbx, call_id: call.call_id } }),
  });
  if (found.isPending) return null;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const { number, customers } = found.data;
  return (
    <div className={classes.acts}>
      {customers.map((customer) => (
        <Button
          key={customer.id}
          component={Link}
          size="xs"
          variant="default"
          leftSection={<IconUser size={15} />}
          href={`/customers/${customer.id}`}
        >
          {t("customers.ofCall", { name: nameWord(customer) })}
          {customer.level && <span className={classes.beside} />}
          <Level code={customer.level} />
        </Button>
      ))}
      {customers.length === 0 && number && mayEdit && seesNumbers && (
        <Button size="xs" variant="default" leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>
          {t("customers.makeFromCall")}
        </Button>
      )}
      {isMaking && (
        <RecordDialog
          customer={null}
          start={{ ...NOTHING_KNOWN, name: call.caller_name, numbers: [{ number, label: "" }] }}
          onClose={() => setMaking(false)}
          onSaved={({ id }) => go(`/customers/${id}`)}
        />
      )}
    </div>
  );
}
