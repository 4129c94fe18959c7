using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Execution;

/// <summary>What a function does. An error is <see cref="TemplateRun.Raise"/>.</summary>
internal delegate GoValue FunctionBody(TemplateRun run, ReadOnlySpan<GoValue> arguments);

/// <summary>A function or method that templates can call.</summary>
/// <param name="Name">What templates call it.</param>
/// <param name="Parameters">Types of the arguments; those of a variadic function's last parameter repeat, also no times.</param>
/// <param name="IsVariadic">Whether the last parameter repeats.</param>
/// <param name="Body">What it does; a method's first argument is the value it belongs to.</param>
internal sealed record GoFunction(string Name, GoType[] Parameters, bool IsVariadic, FunctionBody Body)
{
    /// <summary>For <c>and</c> and <c>or</c>: the truth of an argument that ends their evaluation.</summary>
    public bool? StopsAt { get; init; }

    public int Fixed => IsVariadic ? Parameters.Length - 1 : Parameters.Length;

    public GoType TypeOf(int argument) => Parameters[Math.Min(argument, Parameters.Length - 1)];
}
