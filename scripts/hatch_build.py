"""Build hook: a wheel carries the built panel; an editable install builds it separately (`make panel`)."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from typing_extensions import override


class PanelBuildHook(BuildHookInterface[Any]):
    """Builds web/ into callcenter/panel before the wheel is packed."""

    @override
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or self.target_name != "wheel":
            return
        root = Path(self.root)
        subprocess.run([sys.executable, str(root / "scripts" / "build_panel.py")], check=True)
