namespace Agent.Syntax;

/// <summary><c>dotted.name "label" { body }</c>.</summary>
public sealed class BlockStatement : Statement
{
    private string? _fullName;

    /// <summary>The parts of the dotted name.</summary>
    public required IReadOnlyList<string> Name { get; init; }

    /// <summary>The parts of the name joined by dots, such as <c>loki.write</c>.</summary>
    public string FullName => _fullName ??= string.Join('.', Name);

    public required TextSpan NameSpan { get; init; }

    /// <summary>The label without its quotes; null where there is none. An empty label (<c>""</c>) counts as none.</summary>
    public string? Label { get; init; }

    /// <summary>The label with its quotes; a default span where none is written.</summary>
    public TextSpan LabelSpan { get; init; }

    public required TextSpan OpenBrace { get; init; }

    public required IReadOnlyList<Statement> Body { get; init; }

    public required TextSpan CloseBrace { get; init; }

    /// <summary>Name and label: what most diagnostics about a block point at.</summary>
    public TextSpan HeaderSpan => LabelSpan.Source is null ? NameSpan : NameSpan.To(LabelSpan);

    /// <summary>Name, label and opening brace: what Alloy marks where a block as a whole is at fault.</summary>
    public TextSpan OpeningSpan => NameSpan.To(OpenBrace);
}
