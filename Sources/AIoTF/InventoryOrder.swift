package import AIoTSecurity

/// Whom an inventory is for.
package enum InventoryTarget: Hashable, Sendable {
    case device([UInt8])
    case group([UInt8])
    case all

    var kind: PagingTargetKind {
        switch self {
        case .device: .single
        case .group: .group
        case .all: .all
        }
    }
}

/// A reader as an order names it, in the AIoTF's PLMN.
package struct ReaderAddress: Hashable, Sendable {
    /// 22 to 32 bits.
    package var gnbID: UInt32
    /// 1...65535. NG Setup does not tell it: a reader with another one answers that it does not serve the area.
    package var readerIndex: Int

    package init(gnbID: UInt32, readerIndex: Int) {
        self.gnbID = gnbID
        self.readerIndex = readerIndex
    }
}

/// Where an inventory is carried out.
package enum InventoryScope: Hashable, Sendable {
    /// By all readers that are connected.
    case anywhere
    /// By the readers that serve one of these A-IoT areas, 3 octets each; a reader serves those that equal the code of
    /// a tracking area of its (*ours*).
    case areas([[UInt8]])
    case readers([ReaderAddress])
}

/// What an application function asks for.
package struct InventoryOrder: Hashable, Sendable {
    package var target: InventoryTarget
    /// Carried out on every device that is found; needs profile bit 6.
    package var command: FollowOnCommand?
    package var scope: InventoryScope

    package init(target: InventoryTarget, command: FollowOnCommand? = nil, scope: InventoryScope = .anywhere) {
        self.target = target
        self.command = command
        self.scope = scope
    }
}
