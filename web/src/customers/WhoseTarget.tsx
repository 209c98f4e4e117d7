import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client";
import { useMay } from "../api/queries";
import { CustomerCards } from "./CustomerCards";

/** The customer whom a callback is for, before it is made. */
export function WhoseTarget({ target }: { target: number }) {
  const { t } = useTranslation();
  const seesCustomers = useMay("see_customers");
  const found = useQuery({
    queryKey: ["pop", "target", target],
    queryFn: () => ask("GET /api/targets/{target_id}/customers", { path: { target_id: target } }),
    enabled: seesCustomers,
  });
  if (!found.data || found.data.customers.length === 0) return null;
  return <CustomerCards title={t("customers.record")} customers={found.data.customers} />;
}
