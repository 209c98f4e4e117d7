import { Component, type ReactNode } from "react";
import { Failure } from "./Failure";

interface BoundaryState {
  error: unknown;
}

/** A page that fails says so and offers to load again (a new version may have replaced its files); the rest stays. */
export class Boundary extends Component<{ children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { error: null };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return <Failure error={this.state.error} onRetry={() => window.location.reload()} />;
  }
}
