import { ApiError } from "../api/client";
import { Failure, useExplain } from "../parts/Failure";
import classes from "./Forms.module.css";

/** Why an offer could not be had or answered. A conflict says itself what is in the way; the page renews by itself. */
export function Refusal({ error }: { error: Error }) {
  const explain = useExplain();
  if (!(error instanceof ApiError && error.code === "conflict")) return <Failure error={error} />;
  return (
    <p className={classes.fault} role="alert">
      {explain(error).text}
    </p>
  );
}
