using System.Runtime.CompilerServices;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Functions;
using Agent.Components.Common.GoTemplate.Syntax;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Execution;

/// <summary>What is called, and where.</summary>
/// <param name="Function">The function or method.</param>
/// <param name="Node">What messages about the call show.</param>
/// <param name="Receiver">The value a method belongs to.</param>
internal readonly record struct Callee(GoFunction Function, TemplateNode Node, GoValue? Receiver);

/// <summary>Calls functions: counts, works out and checks their arguments as Go does.</summary>
internal sealed class CallEvaluator(TemplateRun run, ExpressionEvaluator expressions)
{
    // Lists and maps cost what looking at them does.
    private const int BytesPerItem = 16;

    public GoValue Call(GoValue dot, Callee callee, IReadOnlyList<TemplateNode> words, GoValue? final)
    {
        GoFunction function = callee.Function;
        int given = Math.Max(words.Count - 1, 0);
        int count = given + (final is null ? 0 : 1);
        TemplateNode at = words.Count > 0 ? words[0] : callee.Node;
        if (function.IsVariadic ? count < function.Fixed : count != function.Fixed)
        {
            string want = function.IsVariadic ? $"at least {function.Fixed} got {given}" : $"{function.Fixed} got {count}";
            return run.Fail(at, $"wrong number of args for {function.Name}: want {want}");
        }
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return run.Fail(at, "template is nested too deeply");
        }
        if (function.StopsAt is { } stop)
        {
            return ShortCircuit(dot, (function, stop), words, final);
        }
        int start = run.StartArguments(count + (callee.Receiver is null ? 0 : 1));
        int next = start;
        if (callee.Receiver is { } receiver)
        {
            run.SetArgument(next++, receiver);
        }
        for (int i = 1; i <= given && !run.Failed; i++)
        {
            run.SetArgument(next++, Argument(dot, function.TypeOf(i - 1), words[i]));
        }
        if (final is { } value && !run.Failed)
        {
            run.SetArgument(next, Check(value, function.TypeOf(count - 1), at));
        }
        GoValue result = run.Failed ? default
            : function.Name == BuiltInFunctions.Call ? NoFunction(callee, words, run.Arguments(start))
            : Invoke(callee, run.Arguments(start));
        run.EndArguments(start);
        return result;
    }

    // No value in a template is a function. Go's message names what was taken for one, which a function's body does not know.
    private GoValue NoFunction(Callee callee, IReadOnlyList<TemplateNode> words, ReadOnlySpan<GoValue> arguments)
    {
        string name = words.Count > 1 ? words[1].ToString() : GoPrinter.ToText(run, arguments[0]);
        return run.Fail(callee.Node, $"error calling call: {(arguments[0].IsNil ? "call of nil" : $"non-function {name} of type {arguments[0].Type}")}");
    }

    private GoValue Invoke(Callee callee, ReadOnlySpan<GoValue> arguments)
    {
        foreach (GoValue argument in arguments)
        {
            run.Spend(argument.AsData is null ? Weight(argument) : 0);
        }
        GoValue result = run.Failed ? default : callee.Function.Body(run, arguments);
        run.Spend(Weight(result));
        return run.TryTakeRaised(out string? message)
            ? run.Fail(callee.Node, $"error calling {callee.Function.Name}: {message}")
            : result;
    }

    private static long Weight(GoValue value) => value.AsData is not null ? 0 : value.IsText ? value.Length : (long)value.Length * BytesPerItem;

    // The arguments after the one that decides are not looked at.
    private GoValue ShortCircuit(GoValue dot, (GoFunction Function, bool Stop) call, IReadOnlyList<TemplateNode> words, GoValue? final)
    {
        GoValue value = default;
        for (int i = 1; i < words.Count; i++)
        {
            value = Argument(dot, call.Function.TypeOf(i - 1), words[i]);
            if (run.Failed || value.IsTrue == call.Stop)
            {
                return value;
            }
        }
        return final ?? value;
    }

    private GoValue Argument(GoValue dot, GoType type, TemplateNode node)
    {
        if (!run.Step())
        {
            return default;
        }
        switch (node)
        {
            case DotNode or FieldNode or VariableNode or PipeNode or FunctionNode or ChainNode:
                GoValue value = expressions.Operand(dot, node);
                return run.Failed ? default : Check(value, type, node);
            case NilNode:
                return type.CanBeNil ? GoValue.ZeroOf(type) : run.Fail(node, $"cannot assign nil to {type}");
            default:
                return Constant(type, node);
        }
    }

    private GoValue Constant(GoType type, TemplateNode node)
    {
        if (type.Kind == GoKind.Interface || ReferenceEquals(type, GoType.Reflected))
        {
            return node switch
            {
                BoolNode constant => GoValue.Of(constant.Value),
                NumberNode number => number.Ideal ?? run.Fail(node, $"{node} overflows int"),
                StringNode text => text.Value,
                _ => run.Fail(node, $"can't handle assignment of {node} to empty interface argument"),
            };
        }
        NumberConstant? numeric = (node as NumberNode)?.Number;
        return type.Kind switch
        {
            GoKind.Bool => node is BoolNode constant ? GoValue.Of(constant.Value) : run.Fail(node, $"expected bool; found {node}"),
            GoKind.String => node is StringNode text ? text.Value : run.Fail(node, $"expected string; found {node}"),
            GoKind.Float64 => numeric is { IsFloat: true } ? GoValue.Of(numeric.Float) : run.Fail(node, $"expected float; found {node}"),
            _ when type.IsSigned => numeric is { IsInt: true } ? GoValue.Of(type, numeric.Int) : run.Fail(node, $"expected integer; found {node}"),
            _ when type.IsUnsigned => numeric is { IsUint: true } ? GoValue.Of(type, (long)numeric.Uint) : run.Fail(node, $"expected unsigned integer; found {node}"),
            _ => run.Fail(node, $"can't handle {node} for arg of type {type}"),
        };
    }

    private GoValue Check(GoValue value, GoType type, TemplateNode node)
    {
        if (type.Kind == GoKind.Interface || ReferenceEquals(type, GoType.Reflected) || ReferenceEquals(value.Type, type))
        {
            return value;
        }
        if (value.IsValid)
        {
            return run.Fail(node, $"wrong type for value; expected {type}; got {value.Type}");
        }
        return type.CanBeNil ? GoValue.ZeroOf(type) : run.Fail(node, $"invalid value; expected {type}");
    }
}
