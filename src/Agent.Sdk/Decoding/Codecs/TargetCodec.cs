using System.Diagnostics.CodeAnalysis;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Sdk.Decoding.Codecs;

/// <summary>A target: any object whose fields are text, numbers or booleans.</summary>
public sealed class TargetCodec : ValueCodec<Target>
{
    internal TargetCodec()
        : base(new SchemaType(SchemaKind.Target, "map(string)"))
    {
    }

    public override Value Encode(Target value) => new TargetValue(value);

    protected override bool Read(Value value, DecodeProblem problem, [MaybeNullWhen(false)] out Target result)
    {
        result = null;
        switch (value)
        {
            case TargetValue given:
                result = given.Target;
                return true;
            case NullValue:
                result = new Target(LabelSet.Empty);
                return true;
            case ObjectValue map:
                return ReadLabels(map, problem, out result);
            default:
                return problem.WrongType(value, "object");
        }
    }

    private static bool ReadLabels(ObjectValue map, DecodeProblem problem, [MaybeNullWhen(false)] out Target result)
    {
        result = null;
        bool known = true;
        var labels = new LabelSetBuilder();
        foreach (string key in map.Keys)
        {
            Value field = map[key];
            if (field is UnknownValue unknown)
            {
                known = false;
                problem.NotKnown(unknown.Type, SchemaType.Text);
            }
            else if (TryLabel(field, problem, out string? text))
            {
                labels.Set(key, text);
            }
            if (problem.Message is not null)
            {
                problem.Within("." + key);
                return false;
            }
        }
        result = new Target(labels.ToLabelSet());
        return known;
    }

    private static bool TryLabel(Value field, DecodeProblem problem, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (field is BoolValue flag)
        {
            text = flag.IsTrue ? "true" : "false";
            return true;
        }
        return field is NullValue ? problem.WrongType(field, "string") : TextCodec.TryText(field, problem, out text);
    }
}
