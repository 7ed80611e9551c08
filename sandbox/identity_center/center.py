"""The local Identity Center as one object: admits a request, and finds the operation that answers it."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from moto.core.exceptions import JsonRESTError, ServiceException

from sandbox.identity_center import served_operations
from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.caller_rights import CallerRights
from sandbox.identity_center.callers import Callers
from sandbox.identity_center.concurrent_writes import ConcurrentWrites
from sandbox.identity_center.encryption import Keys
from sandbox.identity_center.load import Load, quota_of
from sandbox.identity_center.organizations.account_events import AccountEvents, Publish
from sandbox.identity_center.organizations.moto_operations import MotoOperations
from sandbox.identity_center.protocol.paging import listing
from sandbox.identity_center.protocol.request_validation import check_request
from sandbox.identity_center.protocol.service_error import ServiceError
from sandbox.identity_center.protocol.service_models import Operation, ServiceModels
from sandbox.identity_center.rates import CallRates
from sandbox.identity_center.settings import Settings
from sandbox.identity_center.sso_admin.assignment_requests import CREATION, DELETION
from sandbox.identity_center.sso_admin.regions import answer_elsewhere, no_instance
from sandbox.identity_center.state import State

_LATER = "what AWS does later without a request's status"


class IdentityCenter(State):
    """All state and all operations. One request changes it at a time, so operations need no locks of their own.

    `listeners` are told when access comes or goes; who wants to look at the state by itself does so in `reading`.
    """

    def __init__(
        self,
        settings: Settings,
        models: ServiceModels,
        publish: Publish,
        rights: CallerRights | None = None,
        keys: Keys | None = None,
    ) -> None:
        super().__init__(settings, rights, keys)
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._is_open = True
        self.pause: Callable[[float], None] = time.sleep
        self._random = random.Random(0)
        self.rates = CallRates()
        self.load = Load()
        self._writes = ConcurrentWrites()
        self._callers = Callers(self.organization, self.provisions.holds)
        if settings.delegated_administrator:
            self._callers.delegate(settings.delegated_administrator)
        self._moto = MotoOperations(self.organization)
        events = AccountEvents(settings.account_id, publish)
        self._served = {
            "identitystore": served_operations.identity_store(self, models),
            "sso-admin": served_operations.sso_admin(self),
            "organizations": served_operations.organizations(self, events, self._later),
        }
        threading.Thread(target=self._settle_in_time, name="requests", daemon=True).start()

    @contextmanager
    def reading(self) -> Iterator[Self]:
        """Lock the state for reading; the caller must change nothing."""
        with self._lock:
            self.requests.settle()
            yield self

    def behave(self, behaviour: Behaviour) -> None:
        """Behave differently from now on; what is under way ends when it would have."""
        with self._lock:
            self.behaviour = behaviour

    def let_pass(self, seconds: float) -> None:
        """Finish what is under way so much sooner, as if that time had passed, and return when it is finished."""
        with self._changed:
            self.requests.let_pass(seconds)
            self.requests.settle()
            self._changed.notify()

    def event_delay(self) -> float:
        """Draw how long the next event of an account's change takes, in seconds."""
        return self.behaviour.drawn(self.behaviour.event_seconds, self._random)

    def answer(
        self,
        operation: Operation,
        parameters: Mapping[str, Any],
        *,
        caller: str | None = None,
        access_key: str = "",
        region: str = "",
    ) -> dict[str, Any]:
        """Carry out one request and return its answer; raises ServiceError for every refusal.

        `caller` is the account whose key, `access_key`, signed the request, None when the key does not tell; `region`
        is the Region that it is for, if not the one that Identity Center is at home in.
        """
        quota = quota_of(operation.service, operation.name)
        with self._lock:
            self.load.called(quota)
        try:
            account = caller or self.settings.default_caller
            if self.regions.is_elsewhere(operation, region):
                return answer_elsewhere(operation, parameters)
            return self._admitted(operation, parameters, caller=account, access_key=access_key)
        except ServiceError as refused:
            with self._lock:
                self.load.refused(quota, refused.code)
            raise

    def _admitted(
        self, operation: Operation, parameters: Mapping[str, Any], *, caller: str, access_key: str
    ) -> dict[str, Any]:
        behaviour = self.behaviour
        with self._lock:
            self.rates.check(operation.service, operation.name, behaviour)
        present = {name: value for name, value in parameters.items() if value is not None}
        check_request(operation.service, operation.model.input_shape, present)
        with self._writes.alone(operation.service, operation.name, present):
            self.pause(behaviour.drawn(behaviour.call_seconds, self._random))
            # Without the lock: IAM and KMS, which are asked, are another server.
            self.encryption.check(access_key, operation)
            return self._answer(operation, present, caller=caller, access_key=access_key)

    def _answer(
        self, operation: Operation, parameters: Mapping[str, Any], *, caller: str, access_key: str
    ) -> dict[str, Any]:
        with self._lock:
            self.requests.settle()
            self._callers.check(caller, operation, parameters, access_key=access_key)
            self._check_scope(operation, parameters)
            self.directory.caller = f"arn:aws:iam::{caller}:root"
            self.organization.caller = caller
            self.access_key = access_key
            try:
                with listing(operation.name, self.behaviour.page_entries):
                    return self._serving(operation)(parameters)
            except JsonRESTError as refused:
                raise ServiceError(refused.error_type, refused.message) from refused
            except ServiceException as refused:
                raise ServiceError(refused.code, refused.message) from refused
            except NotImplementedError as missing:
                message = f"The local Identity Center does not serve {operation.name}."
                raise ServiceError("UnknownOperationException", message) from missing
            finally:
                self.load.under_way(sum(len(self.requests.in_progress(kind)) for kind in (CREATION, DELETION)))
                self._changed.notify()

    def _serving(self, operation: Operation) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
        for served in self._served[operation.service]:
            method: Callable[[Mapping[str, Any]], dict[str, Any]] | None = getattr(served, operation.method, None)
            if method is not None:
                return method
        if operation.service == "organizations":
            return lambda parameters: self._moto.answer(operation, parameters)
        raise NotImplementedError

    def _check_scope(self, operation: Operation, parameters: Mapping[str, Any]) -> None:
        """Refuse requests for another identity store or another instance than the one that is here."""
        if "IdentityStoreId" in parameters:
            self.directory.check_store(parameters)
        instance = self.sso_admin.instance.instance_arn if self.sso_admin.has_instance else ""
        if operation.service == "sso-admin" and parameters.get("InstanceArn", instance) != instance:
            raise no_instance(operation, parameters["InstanceArn"])

    def close(self) -> None:
        """Finish no more requests by itself; for a center in a process that goes on without it."""
        with self._changed:
            self._is_open = False
            self._changed.notify()

    def _settle_in_time(self) -> None:
        """Finish requests when they fall due, without waiting for the next call, because listeners depend on it."""
        with self._changed:
            while self._is_open:
                self.requests.settle()
                self._changed.wait(self.requests.seconds_to_next())

    def _later(self, action: Callable[[], None]) -> None:
        self.requests.start(_LATER, {}, action, seconds=self.behaviour.account_seconds)
