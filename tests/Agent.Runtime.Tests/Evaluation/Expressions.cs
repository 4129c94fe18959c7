using Agent.Runtime.Evaluation;
using Agent.Runtime.StandardLibrary;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Runtime.Tests.Evaluation;

/// <summary>Evaluates expressions with a variable <c>secret</c> and an environment in which only <c>HOME</c> is set.</summary>
internal static class Expressions
{
    public static Value? Evaluate(string expression, DiagnosticBag diagnostics, IScope? scope = null)
    {
        var variables = new Dictionary<string, Value>(StringComparer.Ordinal) { ["secret"] = ScalarConversion.ToValue(new Secret("s3cr3t")) };
        var library = new StandardLibraryScope(new StandardLibraryOptions { Environment = static name => name == "HOME" ? "/root" : null, UnsetIsUnknown = true });
        Expression parsed = Parser.ParseExpression(new SourceText("test", expression), diagnostics)!;
        Assert.False(diagnostics.HasErrors, diagnostics.FirstOrDefault()?.ToString());
        return Evaluator.Evaluate(parsed, new ScopeChain(scope ?? new VariableScope(variables), new VariableScope(variables), library), diagnostics);
    }

    public static Value ValueOf(string expression, IScope? scope = null)
    {
        var diagnostics = new DiagnosticBag();
        Value? value = Evaluate(expression, diagnostics, scope);
        Assert.True(value is not null, diagnostics.FirstOrDefault()?.ToString());
        return value;
    }

    public static string Print(string expression) => ValuePrinter.Print(ValueOf(expression));

    public static string Text(string expression) => Assert.IsType<StringValue>(ValueOf(expression)).Text;

    /// <summary>The first error as <c>line:column: message</c>.</summary>
    public static string ErrorOf(string expression, IScope? scope = null)
    {
        var diagnostics = new DiagnosticBag();
        Assert.Null(Evaluate(expression, diagnostics, scope));
        Diagnostic first = diagnostics.First();
        return $"{first.Span.StartPosition}: {first.Message}";
    }
}
