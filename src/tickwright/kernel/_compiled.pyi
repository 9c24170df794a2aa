"""The compiled kernel has the interface of its twin, name by name; tests hold them together."""

from tickwright.kernel.pure import L2Book as L2Book
from tickwright.kernel.pure import Levels as Levels
from tickwright.kernel.pure_names import name_after as name_after
from tickwright.kernel.pure_scan import DepthScanner as DepthScanner
from tickwright.kernel.pure_scan import FieldScanner as FieldScanner
from tickwright.kernel.pure_rows import RowScanner as RowScanner
