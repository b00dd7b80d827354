//! The twelve behaviours: what is believed and what becomes of it, whatever a model says.

mod adding;
mod changes;
mod corrections;
mod faithful;
mod forgiving;
mod languages;
mod prompts;
mod recalled;
mod retelling;
mod sameness;
mod scene;
mod speakers;
mod times;
