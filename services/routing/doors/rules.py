"""What can be asked and done about the rules as a whole."""

from chassis.calls.call import Call
from chassis.calls.entrypoints import command, query
from contracts.calls.base import Nothing
from contracts.calls.routing import (
    BeginShadow,
    EndShadow,
    ExplainRules,
    GetRuleSet,
    PublishRules,
    RestoreRules,
    RuleSet,
    RuleSetHead,
    RulesExplained,
    RulesTrial,
    Shadow,
    TryRules,
)
from services.routing.doors.parts import Parts


class RuleCalls(Parts):
    """Versions of the rules, trials, the shadow."""

    @query
    def rule_sets(self, _request: Nothing, call: Call) -> list[RuleSetHead]:
        call.require("admin.change")
        return self._rulebook.heads()

    @query
    def rule_set(self, request: GetRuleSet, call: Call) -> RuleSet:
        call.require("admin.change")
        return self._rulebook.one(request)

    @command
    def publish_rules(self, request: PublishRules, call: Call) -> RuleSet:
        call.require("admin.change")
        return self._rulebook.publish(request, call)

    @command
    def restore_rules(self, request: RestoreRules, call: Call) -> RuleSet:
        call.require("admin.change")
        return self._rulebook.restore(request, call)

    @query
    def try_rules(self, request: TryRules, call: Call) -> RulesTrial:
        call.require("admin.change")
        return self._rule_trials.attempt(request, call.now)

    @query
    def explain_rules(self, request: ExplainRules, call: Call) -> RulesExplained:
        call.require("admin.change")
        return self._rule_trials.explain(request, call.now)

    @query
    def shadow(self, _request: Nothing, call: Call) -> Shadow:
        call.require("admin.change")
        return self._rulebook.shadow()

    @command
    def begin_shadow(self, request: BeginShadow, call: Call) -> Shadow:
        call.require("admin.change")
        return self._rulebook.begin_shadow(request, call)

    @command
    def promote_shadow(self, request: EndShadow, call: Call) -> RuleSet:
        call.require("admin.change")
        return self._rulebook.promote(request, call)

    @command
    def drop_shadow(self, request: EndShadow, call: Call) -> Shadow:
        call.require("admin.change")
        return self._rulebook.drop(request, call)
