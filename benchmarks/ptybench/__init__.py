"""ptybench: run any terminal program in a real pty and measure what a user feels (see README.md)."""

from benchmarks.ptybench.scenario import Scenario, Step, load_scenario, run_scenario
from benchmarks.ptybench.session import Session, StepResult
from benchmarks.ptybench.terminal import Terminal

__all__ = ["Scenario", "Session", "Step", "StepResult", "Terminal", "load_scenario", "run_scenario"]
