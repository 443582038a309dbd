using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Appliance.Limiter;
using Appliance.Limiter.Memory;

namespace Limiter.Tests.Memory;

public sealed class LayoutTests
{
    [Fact]
    public void ASlotIsOneCacheLineWithItsFieldsWhereTheDesignNoteDrawsThem()
    {
        Assert.Equal(64, Unsafe.SizeOf<Slot>());
        Assert.Equal(0, OffsetOf<Slot>(nameof(Slot.IdentityHigh)));
        Assert.Equal(8, OffsetOf<Slot>(nameof(Slot.IdentityLow)));
        Assert.Equal(16, OffsetOf<Slot>(nameof(Slot.Word)));
        Assert.Equal(24, OffsetOf<Slot>(nameof(Slot.Incarnation)));
        Assert.Equal(32, OffsetOf<Slot>(nameof(Slot.HomeLock)));
        Assert.Equal(40, OffsetOf<Slot>(nameof(Slot.Until)));
    }

    [Fact]
    public void TheHeaderIsOnePageAndHoldsTheStripes()
    {
        Assert.Equal(4096, Unsafe.SizeOf<TableHeader>());
        Assert.Equal(64, Unsafe.SizeOf<TableStripe>());
        Assert.Equal(32, OffsetOf<TableHeader>(nameof(TableHeader.HashSeedMark)));
        Assert.True(TableHeader.StripesOffset >= 40 && TableHeader.StripesOffset + 16 * 64 <= 4096);
    }

    [Fact]
    public void TheMemoryFileDescribesItself()
    {
        using LimiterTable table = LimiterTable.Create(1 << 20, hashSeed: 7);
        var page = new byte[TableHeader.Bytes];
        Assert.Equal(page.Length, RandomAccess.Read(table.Memfd, page, 0));
        TableHeader header = MemoryMarshal.Read<TableHeader>(page);
        Assert.Equal(TableHeader.MagicValue, header.Magic);
        Assert.Equal(2, header.LayoutVersion);
        Assert.Equal(64, header.SlotBytes);
        Assert.Equal(((1 << 20) - 4096) / 64, header.SlotCount);
        Assert.Equal(1 << 20, RandomAccess.GetLength(table.Memfd));
        Assert.Equal(header.SlotCount, table.GetStatus().Slots);
        Assert.NotEqual(0UL, header.HashSeedMark);
    }

    [Fact]
    public void ATableWithoutRoomForSlotsIsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LimiterTable.Create(4096, hashSeed: 0));

    private static int OffsetOf<T>(string field) => (int)Marshal.OffsetOf<T>(field);
}
