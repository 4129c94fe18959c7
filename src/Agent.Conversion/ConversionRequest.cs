namespace Agent.Conversion;

/// <summary>A configuration in another format.</summary>
public sealed record ConversionRequest
{
    /// <summary>One of <see cref="ConfigurationConverter.Formats"/>.</summary>
    public required string Format { get; init; }

    /// <summary>The text, UTF-8.</summary>
    public required ReadOnlyMemory<byte> Source { get; init; }

    /// <summary>Flags of the program that the configuration is from.</summary>
    public IReadOnlyList<string> ExtraArguments { get; init; } = [];

    /// <summary>Gives environment variables, or null for those that are not set.</summary>
    public required Func<string, string?> Environment { get; init; }
}
