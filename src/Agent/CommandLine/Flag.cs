using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Agent.Sdk;
using Agent.Sdk.Declarations;

namespace Agent.CommandLine;

/// <summary>Flags with the rules of Go's: <c>--name=value</c> and <c>--name value</c>, and the last one counts.</summary>
internal static class Flag
{
    private const int AnyNumber = 1000;

    public static Option<string> Text(string name, string fallback, string summary, params string[] aliases) =>
        Make(name, fallback, summary, static text => text, aliases);

    public static Option<int> Number(string name, int fallback, string summary) =>
        Make(name, fallback, summary, static text => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));

    public static Option<TimeSpan> Duration(string name, TimeSpan fallback, string summary) =>
        Make(name, fallback, summary, static text => GoDuration.TryParse(text, out TimeSpan value, out _) ? value : throw new FormatException());

    public static Option<bool> Bool(string name, bool fallback, string summary, params string[] aliases)
    {
        Option<bool> option = Make(name, fallback, summary, bool.Parse, aliases);
        option.Arity = new ArgumentArity(0, AnyNumber);
        return option;
    }

    public static Option<Stability> StabilityLevel() =>
        Make("--stability.level", Stability.GenerallyAvailable, "Minimum stability level of features to enable: generally-available, public-preview or experimental", Level);

    /// <summary>Paths; what looks like a flag is an unknown one.</summary>
    public static Argument<string[]> Paths(string name, ArgumentArity arity, string summary)
    {
        var argument = new Argument<string[]>(name)
        {
            Arity = arity,
            Description = summary,
            // The library's own way to make an array needs code that native compilation leaves out.
            CustomParser = static result => [.. result.Tokens.Select(static token => token.Value)],
        };
        argument.Validators.Add(static result =>
        {
            foreach (Token token in result.Tokens)
            {
                if (token.Value.Length > 1 && token.Value[0] == '-')
                {
                    result.AddError($"unknown flag: {token.Value.Split('=')[0]}");
                }
            }
        });
        return argument;
    }

    private static Stability Level(string text) => text switch
    {
        "generally-available" => Stability.GenerallyAvailable,
        "public-preview" => Stability.PublicPreview,
        "experimental" => Stability.Experimental,
        _ => throw new FormatException(),
    };

    private static Option<T> Make<T>(string name, T fallback, string summary, Func<string, T> parse, params string[] aliases) => new(name, aliases)
    {
        Description = summary,
        Arity = new ArgumentArity(1, AnyNumber),
        DefaultValueFactory = _ => fallback,
        CustomParser = result => Parse(name, result, parse),
    };

    private static T? Parse<T>(string name, ArgumentResult result, Func<string, T> parse)
    {
        // A flag without a value is a switch that is on.
        string text = result.Tokens.Count == 0 ? "true" : result.Tokens[^1].Value;
        try
        {
            return parse(text);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            result.AddError($"invalid argument \"{text}\" for \"{name}\" flag");
            return default;
        }
    }
}
