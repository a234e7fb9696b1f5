"""A case is the sum of its events: what each kind of change does to the state."""

from tongban.core import case as core


def opened(n, node="review", item="", role="reviewer"):
    return {"n": n, "node": node, "came_by": "e", "scope": 0, "item": item, "role": role, "organ": "o", "due_on": None}


def test_nothing_happened_is_no_state():
    assert core.fold([]) == core.NOTHING


def test_a_filed_case_has_its_form_its_task_and_its_clock():
    filed = core.Change("Filed", document={"form": {"a": 1}}, opened=(opened(1),), clocks={"acceptance": {"last_on": "d"}})

    assert core.fold([filed]) == core.CaseState(
        status=core.Status.FILED,
        outcome="",
        document={"form": {"a": 1}},
        tokens={1: opened(1)},
        clocks={"acceptance": {"last_on": "d"}},
        events=1,
    )


def test_a_closed_task_is_gone_and_the_next_is_there():
    changes = [core.Change("Filed", opened=(opened(1),)), core.Change("Accepted", opened=(opened(2),), closed=(1,))]

    state = core.fold(changes)

    assert (state.status, dict(state.tokens), state.events) == (core.Status.ACCEPTED, {2: opened(2)}, 2)


def test_a_first_signature_stays_on_the_open_task():
    changes = [core.Change("Filed", opened=(opened(1),)), core.Change("Signed", signed={"1": [7]})]

    assert core.fold(changes).tokens == {1: {**opened(1), "signed": [7]}}


def test_a_signature_on_a_task_closed_by_the_same_event_is_forgotten():
    changes = [core.Change("Filed", opened=(opened(1),)), core.Change("Completed", signed={"1": [7]}, closed=(1,))]

    assert core.fold(changes).tokens == {}


def test_a_handed_over_task_knows_its_officer_and_forgets_him_again():
    filed, given = core.Change("Filed", opened=(opened(1),)), core.Change("Reassigned", assigned={"1": 9})
    freed = core.Change("Recused", assigned={"1": None})

    assert core.fold([filed, given]).tokens[1]["assignee"] == 9
    assert core.fold([filed, given, freed]).tokens[1]["assignee"] is None


def test_only_a_decision_sets_the_outcome():
    reviewed = core.Change("Completed", outcome="agree")
    decided = core.Change("Decided", outcome="grant")

    assert core.fold([reviewed]).outcome == ""
    assert core.fold([decided]).outcome == "grant"


def test_what_is_stored_of_a_change_reads_back_as_the_same_change():
    change = core.Change(
        "Decided", outcome="grant", document={"decision": {"outcome": "grant"}}, opened=(opened(3),), closed=(2,),
        clocks={"statutory": {"last_on": "x"}}, signed={"2": [1]}, assigned={"2": 4},
    )

    assert core.change_of("Decided", core.body_of(change)) == change
    assert core.body_of(core.Change("Rated")) == {}


def test_parallel_tasks_write_under_their_own_keys():
    document = core.put({}, "review", "", {"outcome": "agree"})

    assert document == {"review": {"outcome": "agree"}}


def test_each_department_writes_under_its_item_and_conditions_see_a_list():
    first = core.put({}, "opinion", "b", {"outcome": "object"})
    second = core.put(first, "opinion", "a", {"outcome": "agree"})

    assert second == {
        "opinion": {"a": {"outcome": "agree"}, "b": {"outcome": "object"}},
        "opinion_list": [{"item": "a", "outcome": "agree"}, {"item": "b", "outcome": "object"}],
    }
