using Agent.Conversion;
using Agent.Runtime.Configuration;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Run;

/// <summary>The language of a configuration. One in another than Alloy's is converted each time it is read.</summary>
/// <param name="Name"><c>alloy</c>, or one of <see cref="ConfigurationConverter.Formats"/>.</param>
/// <param name="BypassErrors">Go on without the parts that cannot be converted.</param>
/// <param name="ExtraArguments">Flags of the program that the configuration is from.</param>
internal sealed record ConfigurationFormat(string Name, bool BypassErrors, IReadOnlyList<string> ExtraArguments)
{
    private const string AlloyName = "alloy";

    public static ConfigurationFormat Alloy { get; } = new(AlloyName, false, []);

    /// <summary>Why there is no such format, or null.</summary>
    public string? Refusal => Name == AlloyName || ConfigurationConverter.Formats.Contains(Name)
        ? null
        : $"cannot read a configuration in format \"{Name}\": no such format";

    /// <summary>Flags that were given as one text: <c>-name=value</c> is two arguments.</summary>
    public static IReadOnlyList<string> Split(string arguments) =>
    [
        .. arguments.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(static argument => argument.Split('=', 2)).Where(static part => part.Length > 0),
    ];

    /// <summary>Reads and, where need be, converts a configuration. What conversion found is among the diagnostics.</summary>
    public ConfigurationSource? Read(string path, DiagnosticBag diagnostics)
    {
        if (Name == AlloyName)
        {
            return ConfigurationReader.Read(path, diagnostics);
        }
        if (ReadBytes(path, diagnostics) is not { } bytes)
        {
            return null;
        }
        ConversionResult result = Convert(bytes);
        bool usable = result.IsUsable(BypassErrors);
        foreach (ConversionDiagnostic found in result.Diagnostics)
        {
            string message = $"{path}: {found.Summary}";
            if (!usable && found.Severity >= ConversionSeverity.Error)
            {
                diagnostics.Error(DiagnosticCodes.Conversion, default, message);
            }
            else if (found.Severity > ConversionSeverity.Info)
            {
                diagnostics.Warn(DiagnosticCodes.Conversion, default, message);
            }
        }
        return usable
            ? ConfigurationSource.Parse($"{path} (converted)", System.Text.Encoding.UTF8.GetString(result.Configuration!), diagnostics)
            : null;
    }

    public ConversionResult Convert(byte[] bytes) => ConfigurationConverter.Convert(new ConversionRequest
    {
        Format = Name,
        Source = bytes,
        ExtraArguments = ExtraArguments,
        Environment = Environment.GetEnvironmentVariable,
    });

    private static byte[]? ReadBytes(string path, DiagnosticBag diagnostics)
    {
        if (Directory.Exists(path))
        {
            diagnostics.Error(DiagnosticCodes.Conversion, default, $"cannot read configuration {path}: cannot convert a directory");
            return null;
        }
        try
        {
            using FileStream file = File.OpenRead(path);
            return BoundedInput.Read(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            diagnostics.Error(DiagnosticCodes.Conversion, default, $"cannot read configuration {path}: {exception.Message}");
            return null;
        }
    }
}
