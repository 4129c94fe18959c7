namespace System.Runtime.CompilerServices;

/// <summary>What init accessors need, which netstandard2.0 lacks.</summary>
internal static class IsExternalInit;
