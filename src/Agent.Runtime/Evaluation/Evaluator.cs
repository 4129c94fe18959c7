namespace Agent.Runtime.Evaluation;
public static class Evaluator { public static Agent.Syntax.Values.Value? Evaluate(Agent.Syntax.Expression e, IScope s, Agent.Syntax.DiagnosticBag d) => throw new System.Diagnostics.UnreachableException(); }
