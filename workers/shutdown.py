"""How a worker that is told to stop comes to its end within a bound."""

from __future__ import annotations

import signal
from typing import Any

from workers.app import app
from workers.signals import give_back, sign_off, withdraw

END_S = 6
"""After the soft shutdown; below what the supervisor and the manifests give a worker to end."""


class BoundedWorker(app.Worker):  # type: ignore[misc]
    """Celery's worker, which itself waits for its children without a bound, and says that it stops only after that."""

    def wait_for_soft_shutdown(self) -> Any:
        """Let running steps end, then give back what is left and sign off. After 6 s the kernel ends what still hangs.

        Called by the handler of SIGTERM, before the children are told to end. They die with this process.
        """
        withdraw()
        super().wait_for_soft_shutdown()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(END_S)
        give_back()
        sign_off()
