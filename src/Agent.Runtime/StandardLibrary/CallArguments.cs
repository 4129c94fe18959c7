using Agent.Sdk.Decoding;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary;

/// <summary>The arguments of one call, converted as a function asks for them. After a failed conversion <see cref="Error"/> is set.</summary>
internal sealed class CallArguments(IReadOnlyList<Value> values)
{
    /// <summary>What stands for the call as a whole in a <see cref="CallError"/>.</summary>
    public const int WholeCall = -1;

    public int Count => values.Count;

    public Value this[int index] => values[index];

    public CallError Error { get; private set; }

    /// <summary>True where any argument holds something secret: what is made from them is then secret too.</summary>
    public bool IsSensitive => values.Any(Sensitivity.IsSensitive);

    /// <summary>The argument as text, or null with <see cref="Error"/> set.</summary>
    public StringValue? Text(int index) =>
        Check(index, ScalarConversion.ToText(values[index], out StringValue text)) ? text : null;

    /// <summary>The argument as a list of texts, or null with <see cref="Error"/> set.</summary>
    public IReadOnlyList<StringValue>? Texts(int index) =>
        Check(index, ScalarConversion.ToTextList(values[index], out IReadOnlyList<StringValue> texts)) ? texts : null;

    /// <summary>The arguments from <paramref name="start"/> on as texts, or null with <see cref="Error"/> set.</summary>
    public IReadOnlyList<StringValue>? TextsFrom(int start)
    {
        var texts = new StringValue[values.Count - start];
        for (int i = 0; i < texts.Length; i++)
        {
            if (Text(start + i) is not { } text)
            {
                return null;
            }
            texts[i] = text;
        }
        return texts;
    }

    /// <summary>An argument of exactly the type <typeparamref name="T"/>; nothing is converted.</summary>
    public T? Exactly<T>(int index, ValueKind kind)
        where T : Value
    {
        if (values[index] is T value)
        {
            return value;
        }
        Check(index, ScalarConversion.Mismatch(kind, values[index]));
        return null;
    }

    /// <summary>True where there is no error; else <see cref="Error"/> points at the argument.</summary>
    public bool Check(int index, ConversionError? error)
    {
        if (error is null)
        {
            return true;
        }
        Error = new CallError(index, error.Message) { Path = error.Path };
        return false;
    }

    /// <summary>Fails the call as a whole.</summary>
    public Value? Fail(string message)
    {
        Error = new CallError(WholeCall, message);
        return null;
    }

    public Value? Fail(int index, string message, ValuePath? path = null)
    {
        Error = new CallError(index, message) { Path = path };
        return null;
    }
}
