//! Filters, and what they and other values are made of.

use mem0_sdk::requests::CreateEntity;
use mem0_sdk::{
    AddMemoryOptions, Date, DeleteScope, EntityRef, Filter, Memory, Message, Scope,
    SearchMemoryOptions, UpdateMemoryOptions,
};

struct Mine;

pub fn joined(scope: Scope, entity: EntityRef) {
    let alice = || Filter::user_id("alice");
    let _ = alice() & "bob"; //~ `Filter::user_id("alice")`
    let _ = alice() & scope; //~ `Filter::any_of(&scope)` or `Filter::all_of(&scope)`
    let _ = alice() | Filter::metadata("plan"); //~ `Filter::metadata("plan").eq("free")`
    let _ = alice() | Filter::created_at(); //~ a field by a comparison
    let _ = alice().and(entity); //~ is not what is needed here: `Filter`
    let _ = alice().or(true); //~ is not what is needed here: `Filter`
    let mut filter = alice();
    filter &= "bob"; //~ `Filter::user_id("alice")`
    filter |= Filter::categories(); //~ is not what is needed here: `Filter`
    let _ = alice() && true; //~ expected `bool`, found `Filter`
    let _ = true || alice(); //~ expected `bool`, found `Filter`
}

pub fn operators() {
    let _ = Filter::metadata("age").gt(3); //~ the platform has no ranges on metadata
    let _ = Filter::metadata("age").lte(3); //~ metadata has `eq`, `ne` and `contains`
    let _ = Filter::metadata("age").is_in([3, 4]); //~ for one of several values join them
    let _ = Filter::metadata("plan").icontains("free"); //~ `eq`, `ne` and `contains`
    let _ = Filter::metadata("plan").eq(Mine); //~ Serialize
    let _ = Filter::categories().eq("food"); //~ `Filter::categories().is_in(["food"])`
    let _ = Filter::categories().ne("food"); //~ `!Filter::categories().is_in(["food"])`
    let _ = Filter::created_at().eq("2026-01-01"); //~ and `is` for an equal time
    let _ = Filter::created_at().contains("2026"); //~ times are compared by methods
    let _ = Filter::created_at().gte(3.5); //~ a `Timestamp` is a text, epoch seconds
    let _ = Filter::created_at().is_in([Mine]); //~ a `Timestamp` is a text, epoch seconds
    let _ = Filter::keywords().eq("sushi"); //~ texts have `contains` and `icontains`
    let _ = Filter::keywords().is_in(["sushi"]); //~ use `search`
}

pub fn comparisons() {
    let _ = Filter::created_at() < "2026-01-01"; //~ times are compared by methods
    let _ = Filter::created_at() >= "2026-01-01"; //~ `Filter::created_at().gte("2026-01-01")`
    let _ = Filter::metadata("plan") == "free"; //~ `Filter::metadata("plan").eq("free")`
    let _ = Filter::metadata("age") > 3; //~ the platform has no ranges on metadata
    let _ = Filter::categories() == "food"; //~ `Filter::categories().is_in(["food"])`
    let _ = Filter::categories() != "food"; //~ `!Filter::categories().is_in(["food"])`
    let _ = Filter::keywords() == "sushi"; //~ `Filter::keywords().icontains("sushi")`
}

pub fn ids() {
    let _ = Filter::user_id(42); //~ write `&id.to_string()`
    let _ = Filter::agent_id_in([1, 2]); //~ write `&id.to_string()`
    let _ = Filter::memory_ids([1, 2]); //~ write `&id.to_string()`
    let _ = Scope::user(42); //~ write `&id.to_string()`
    let _ = Scope::user("alice").with_run(42); //~ write `&id.to_string()`
    let _ = EntityRef::agent(42); //~ write `&id.to_string()`
    let _ = DeleteScope::user(42); //~ write `&id.to_string()`
    let _ = CreateEntity::user(42); //~ write `&id.to_string()`
    let _ = Memory::new(42, "Hikes"); //~ write `&id.to_string()`
}

pub fn values(scope: Scope) {
    let _ = Message::user(42); //~ `Content`
    let _ = Message::user("Hi").named(42); //~ is not what is needed here: `String`
    let _ = AddMemoryOptions::new(scope).metadata(Mine); //~ Serialize
    let _ = AddMemoryOptions::new(Scope::user("a")).expiration_date("2027-01-31"); //~ `Date::new(
    let _ = UpdateMemoryOptions::new().expiration_date("2027-01-31"); //~ "2027-01-31".parse()?`
    let _ = UpdateMemoryOptions::new().expiration_date(None::<Date>); //~ `clear_expiration_date()`
    let _ = AddMemoryOptions::new(Scope::user("a")).timestamp(3.5); //~ a `Timestamp` is
    let _ = SearchMemoryOptions::new(Filter::user_id("a")).categories([1]); //~ `String`
}
