using Agent.Syntax.Values;
namespace Agent.Runtime.Evaluation;
public interface IScope
{
    bool TryResolve(IReadOnlyList<string> parts, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Value? value, out int consumed);
}
public static class Evaluator { public static Value? Evaluate(Agent.Syntax.Expression e, IScope s, Agent.Syntax.DiagnosticBag d) => throw new System.Diagnostics.UnreachableException(); }
