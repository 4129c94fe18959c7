using Agent.Sdk.Declarations;

namespace Agent.Runtime.Evaluation;

/// <summary>The names that expressions may use besides nodes: the standard library, and what a module is given.</summary>
public interface IExpressionNames
{
    /// <summary>True where a chain may begin with <paramref name="root"/>.</summary>
    bool Contains(string root);

    bool IsDeprecated(string root);

    /// <summary>How settled a function is; <paramref name="dotted"/> is its whole name.</summary>
    Stability StabilityOf(string dotted);
}
