"""The tests: unit, contracts, component, system, faults, browser, load, in this order of cost."""
