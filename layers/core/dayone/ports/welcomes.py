"""What the use cases need to tell people that they can begin."""

from typing import Protocol

from dayone.domain.welcomes import WelcomeMail
from dayone.ports.identity_center import Receipt


class Post(Protocol):
    """Sends mail."""

    def send(self, mail: WelcomeMail) -> Receipt:
        """Hand a mail over to be delivered; raises Refused when its sender may not send or its address cannot be."""
