namespace Appliance.Journal;

/// <summary>Takes lines of the access log that the data plane has written so far, over all of its loops.</summary>
/// <param name="into">Where they go; longer than the longest line.</param>
/// <returns>Bytes taken: whole lines, each ended by a line feed; 0: there are none now.</returns>
internal delegate int AccessLogReader(Span<byte> into);
