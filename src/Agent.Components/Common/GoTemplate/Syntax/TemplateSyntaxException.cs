namespace Agent.Components.Common.GoTemplate.Syntax;

/// <summary>Carries a message out of the parser; never leaves <see cref="TextTemplate.TryParse"/>.</summary>
internal sealed class TemplateSyntaxException(string message) : Exception(message);
